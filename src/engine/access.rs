//! Points before accesses to memory, in code that cannot be unwound: compilers take it that an access
//! returns.

use super::Points;
use super::baton::Grant;
use super::core::{Arrival, Reach};
use super::current::{self, id_of};
use super::execution_core::ExecutionCore;
use super::fiber::{Control, TurnEnd};
use super::lock_site::{LockSite, Taken};
use super::lock_words::LockWord;
use super::loop_sites::free_rounds;
use super::yield_reason::{Blocked, YieldReason};
use crate::operation::{Access, FileKind, Object, SystemCall, ThreadId, WaitSite};
use crate::site::{MarkerId, Site};

/// Stops the calling thread, which a run [pauses](current::is_to_pause), before `access`. If the execution
/// is over, it goes on by itself: the code that is about to make the access cannot be left.
pub(crate) fn access(site: &'static Site, access: Access) {
    let marker = id_of(site);
    let changes = access.is_write().then(|| access.clone());
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access);
    stop(current::with_core(begin), YieldReason::Reach(marker));
    if let Some(access) = changes {
        current::with_core(|core, _| core.state.change(&access.object));
    }
}

/// As [`access`], for an access with these operands of which it is [told](note) what it has found.
pub(crate) fn access_noted(site: &'static Site, access: Access, operands: [u64; 2]) {
    let marker = id_of(site);
    let begin = |core: &mut ExecutionCore, thread| core.arrive(thread, marker, access, operands);
    stop(current::with_core(begin), YieldReason::Reach(marker));
}

/// As [`access_noted`], for a compare-and-swap of `word` from 0, or another access by which `site` may acquire
/// a lock. Where it is known to do so, the thread gets the turn only while the lock is free; otherwise, it stops
/// before another access.
pub(crate) fn acquire_word(
    site: &'static Site,
    lock: &'static LockSite,
    word: LockWord,
    otherwise: Access,
    operands: [u64; 2],
) {
    if !is_lock(lock) {
        return access_noted(site, otherwise, operands);
    }
    let access = if word.is_shared {
        Access::acquire_shared(otherwise.object)
    } else {
        Access::acquire(otherwise.object)
    };
    wait_until_free(site, word, access);
}

/// Stops the calling thread before `access` until `word` is free.
pub(super) fn wait_until_free(site: &'static Site, word: LockWord, access: Access) {
    let begin = |core: &mut ExecutionCore, thread| core.begin_access(thread, access);
    let reason = YieldReason::AcquireWord(id_of(site), word);
    stop(current::with_core(begin), reason);
}

/// Whether this search takes the site for that of a lock.
pub(crate) fn is_lock(lock: &LockSite) -> bool {
    current::with_core(|core, _| core.take(lock)) == Some(Taken::AsLock)
}

/// Whether the calling thread reads under the lock with this word, and came to do so as a lock is acquired.
pub(crate) fn reads_under(word: usize) -> bool {
    current::with_core(|core, thread| core.lock_words.reads_under(thread, word)) == Some(true)
}

/// The calling thread has ended to read under the lock with this word.
pub(crate) fn end_reading(word: usize) {
    current::with_core(|core, thread| core.lock_words.end_reading(thread, word));
}

/// The calling thread has accessed `object`, found `value` there, and `left` another or the same. If it has
/// changed that, others may go on.
pub(crate) fn note(object: &Object, value: u64, left: u64) {
    current::with_core(|core, thread| core.state.note_access(thread, object, value, left));
}

/// A compare-and-swap from 0 of the calling thread has failed at this site.
pub(crate) fn exchange_failed(lock: &'static LockSite, word: usize) {
    if !lock.is_refuted() {
        current::with_core(|core, thread| {
            if !core.is_over() {
                core.lock_words.fail(thread, lock, word);
            }
        });
    }
}

/// The calling thread is about to wait for a change of `word`, for as long as that takes.
pub(crate) fn waits_for_word(word: usize) {
    current::with_core(|core, thread| {
        if let Some((lock, failed)) = core.lock_words.take_failed(thread) {
            if failed == word {
                lock.learn();
                core.take(lock);
            } else {
                lock.refute();
            }
        }
    });
}

/// The step under way, of the calling thread, has found this count where it has changed one.
pub(crate) fn count(found: u64) {
    current::with_core(|core, _| core.state.note_count(found));
}

/// The step under way, of the calling thread, has made `access` without stopping before it.
pub(crate) fn touch(access: Access) {
    current::with_core(|core, _| core.state.touch(access));
}

/// The calling thread cannot go on. If the execution is over, it is left; otherwise this returns.
pub(crate) fn leave_after_end() {
    if current::with_core(|core, _| core.is_over()) == Some(true) {
        current::leave();
    }
}

/// The calling thread pauses for this reason, unless it has begun otherwise.
fn stop(begin: Option<AccessBegin>, pause: YieldReason) {
    let grant = match (begin, pause) {
        (Some(AccessBegin::Pauses), YieldReason::Reach(marker)) => {
            current::note_stack();
            if current::goes_on(marker) {
                return;
            }
            let grant = Control::current().let_go(TurnEnd::at_marker(marker));
            grant.unwrap_or_else(|| current::yield_turn(pause))
        }
        (Some(AccessBegin::Pauses), _) => current::yield_turn(pause),
        (Some(AccessBegin::Waits(blocked)), _) => {
            let grant = current::yield_turn(YieldReason::Block(blocked));
            current::with_core(|core, thread| core.state.go_on_in_loop(thread));
            if grant == Grant::Unwind {
                current::leave();
            }
            grant
        }
        (Some(AccessBegin::NeverEnds), _) => current::leave(),
        (Some(AccessBegin::GoesOn) | None, _) => return,
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
    /// It goes on, within the step under way, or since accesses are no points, or the execution is over.
    GoesOn,
    /// It has gone on for so long that it will not end.
    NeverEnds,
}

impl ExecutionCore {
    fn begin_access(&mut self, thread: ThreadId, access: Access) -> AccessBegin {
        self.refute_failed(thread);
        if self.is_over() {
            return self.begin_after_end();
        }
        if self.options.points == Points::Calls {
            self.state.touch(access);
            return AccessBegin::GoesOn;
        }
        self.state.leave_loops(thread);
        self.state.declare_access(thread, access);
        AccessBegin::Pauses
    }

    fn arrive(
        &mut self,
        thread: ThreadId,
        marker: MarkerId,
        access: Access,
        operands: [u64; 2],
    ) -> AccessBegin {
        self.refute_failed(thread);
        if self.is_over() {
            return self.begin_after_end();
        }
        if self.options.points == Points::Calls {
            self.state.touch(access);
            return AccessBegin::GoesOn;
        }
        self.reset_yields(thread);
        let place = match &access.object {
            Object::Memory(range) => range.start,
            _ => 0,
        };
        let lessons = self.options.lessons;
        let free = |writes| free_rounds(marker, writes, lessons);
        match self
            .state
            .arrive(thread, Reach::new(marker, access, operands), free)
        {
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

    fn begin_after_end(&mut self) -> AccessBegin {
        /// More than a thread makes on its way to an end, and less than takes a moment.
        const MANY: usize = 100_000;
        self.calls.accesses_since_end += 1;
        if self.calls.accesses_since_end > MANY {
            AccessBegin::NeverEnds
        } else {
            AccessBegin::GoesOn
        }
    }

    /// If the last compare-and-swap of `thread` has failed, it does something else than to wait.
    fn refute_failed(&mut self, thread: ThreadId) {
        if let Some((lock, _)) = self.lock_words.take_failed(thread)
            && !self.is_over()
        {
            lock.refute();
            self.take(lock);
        }
    }

    /// How this search takes a place. If that has become known since it began, it is to begin again.
    fn take(&mut self, lock: &LockSite) -> Taken {
        if self.options.points == Points::Calls {
            // Nothing stops before it.
            return Taken::AsAttempt;
        }
        let lessons = self.options.lessons;
        let (taken, is_outdated) = lock.taken(lessons);
        if is_outdated {
            lessons.outdate();
        }
        taken
    }

    /// `thread` was told to unwind where it cannot: if it comes to wait, it is told once more.
    fn goes_on_alone(&mut self, thread: ThreadId) {
        self.calls.unwinding.retain(|other| *other != thread);
    }
}
