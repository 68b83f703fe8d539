//! Points before accesses to memory, in code that cannot be unwound: compilers take it that an access
//! returns.

use super::Points;
use super::baton::Grant;
use super::current::{self, id_of};
use super::execution_core::ExecutionCore;
use super::fiber::{Control, TurnEnd};
use super::yield_reason::YieldReason;
use crate::operation::{Access, ThreadId};
use crate::site::Site;

/// Stops the calling thread, which a run [pauses](current::is_to_pause), before `access`. If the execution
/// is over, it goes on by itself: the code that is about to make the access cannot be left.
pub(crate) fn access(site: &'static Site, access: Access) {
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access);
    match current::with_core(begin) {
        Some(AccessBegin::Pauses) => {
            let marker = id_of(site);
            if current::goes_on(marker) {
                return;
            }
            let grant = Control::current().let_go(TurnEnd::at_marker(marker));
            let grant = grant.unwrap_or_else(|| current::yield_turn(YieldReason::Reach(marker)));
            if grant == Grant::Unwind {
                current::with_core(ExecutionCore::goes_on_alone);
            }
        }
        Some(AccessBegin::NeverEnds) => current::leave(),
        Some(AccessBegin::GoesOn) | None => {}
    }
}

/// The step under way, of the calling thread, has made `access` without stopping before it.
pub(crate) fn touch(access: Access) {
    current::with_core(|core, _| core.state.touch(access));
}

/// What a thread does that is about to make an access.
enum AccessBegin {
    Pauses,
    /// It goes on, since accesses are no points, or the execution is over.
    GoesOn,
    /// It has gone on for so long that it will not end.
    NeverEnds,
}

impl ExecutionCore {
    fn begin_access(&mut self, thread: ThreadId, access: Access) -> AccessBegin {
        /// More than a thread makes on its way to an end, and less than takes a moment.
        const MANY: usize = 100_000;
        if !self.is_over() {
            if self.options.points == Points::Calls {
                self.state.touch(access);
                return AccessBegin::GoesOn;
            }
            self.state.declare_access(thread, access);
            return AccessBegin::Pauses;
        }
        self.calls.accesses_since_end += 1;
        if self.calls.accesses_since_end > MANY {
            AccessBegin::NeverEnds
        } else {
            AccessBegin::GoesOn
        }
    }

    /// `thread` was told to unwind where it cannot: if it comes to wait, it is told once more.
    fn goes_on_alone(&mut self, thread: ThreadId) {
        self.calls.unwinding.retain(|other| *other != thread);
    }
}
