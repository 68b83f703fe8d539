//! Points before accesses to memory, in code that cannot be unwound: compilers take it that an access
//! returns.

use super::baton::Grant;
use super::core::Arrival;
use super::current::{self, id_of};
use super::execution_core::ExecutionCore;
use super::fiber::{Control, TurnEnd};
use super::yield_reason::{Blocked, YieldReason};
use crate::operation::{Access, FileKind, Object, SystemCall, ThreadId, WaitSite};
use crate::site::{MarkerId, Site};

/// Stops the calling thread, which a run [pauses](current::is_to_pause), before `access`. If the execution
/// is over, it goes on by itself: the code that is about to make the access cannot be left.
pub(crate) fn access(site: &'static Site, access: Access) {
    let marker = id_of(site);
    let changes = access.is_write().then(|| access.clone());
    stop(marker, |core, thread| {
        core.unless_over(|core| {
            core.state.leave_loops(thread);
            core.state.declare_access(thread, access);
            AccessBegin::Pauses
        })
    });
    if let Some(access) = changes {
        current::with_core(|core, _| core.state.change(&access));
    }
}

/// As [`access`], for an access of which it is [told](note) what it has found.
pub(crate) fn access_noted(site: &'static Site, access: Access) {
    let marker = id_of(site);
    stop(marker, |core, thread| {
        core.unless_over(|core| core.arrive(thread, marker, access))
    });
}

/// The calling thread has made `access`, before which it has stopped, and found `value` there. If it
/// `has_changed` that, others may go on.
pub(crate) fn note(access: &Access, value: u64, has_changed: bool) {
    current::with_core(|core, thread| core.state.note_access(thread, access, value, has_changed));
}

/// The step under way, of the calling thread, has made `access` without stopping before it.
pub(crate) fn touch(access: Access) {
    current::with_core(|core, _| core.state.touch(access));
}

fn stop(marker: MarkerId, begin: impl FnOnce(&mut ExecutionCore, ThreadId) -> AccessBegin) {
    let grant = match current::with_core(begin) {
        Some(AccessBegin::Pauses) => {
            let grant = Control::current().let_go(TurnEnd::at_marker(marker));
            grant.unwrap_or_else(|| current::yield_turn(YieldReason::Reach(marker)))
        }
        Some(AccessBegin::Waits(blocked)) => {
            let grant = current::yield_turn(YieldReason::Block(blocked));
            current::with_core(|core, thread| core.state.go_on_in_loop(thread));
            if grant == Grant::Unwind {
                current::leave();
            }
            grant
        }
        Some(AccessBegin::NeverEnds) => current::leave(),
        Some(AccessBegin::GoesOn) | None => return,
    };
    if grant == Grant::Unwind {
        current::with_core(ExecutionCore::goes_on_alone);
    }
}

/// What a thread does that is about to make an access.
enum AccessBegin {
    Pauses,
    /// It waits until others have changed what it reads again and again.
    Waits(Blocked),
    /// It goes on, within the step under way or since the execution is over.
    GoesOn,
    /// It has gone on for so long that it will not end.
    NeverEnds,
}

impl ExecutionCore {
    fn unless_over(&mut self, begin: impl FnOnce(&mut ExecutionCore) -> AccessBegin) -> AccessBegin {
        /// More than a thread makes on its way to an end, and less than takes a moment.
        const MANY: usize = 100_000;
        if !self.is_over() {
            return begin(self);
        }
        self.calls.accesses_since_end += 1;
        if self.calls.accesses_since_end > MANY {
            AccessBegin::NeverEnds
        } else {
            AccessBegin::GoesOn
        }
    }

    fn arrive(&mut self, thread: ThreadId, marker: MarkerId, access: Access) -> AccessBegin {
        self.reset_yields(thread);
        let place = match &access.object {
            Object::Memory(range) => range.start,
            _ => 0,
        };
        match self.state.arrive(thread, marker, access) {
            Arrival::Stops | Arrival::StopsBeforeRounds(_) => AccessBegin::Pauses,
            Arrival::GoesOn => AccessBegin::GoesOn,
            Arrival::Waits(_) => AccessBegin::Waits(Blocked {
                site: WaitSite {
                    number: self.kernel.queues.number(place),
                    call: Some((SystemCall::Loop, FileKind::Memory)),
                },
                deadline: None,
                may_be_spurious: false,
            }),
        }
    }

    /// `thread` was told to unwind where it cannot: if it comes to wait, it is told once more.
    fn goes_on_alone(&mut self, thread: ThreadId) {
        self.calls.unwinding.retain(|other| *other != thread);
    }
}
