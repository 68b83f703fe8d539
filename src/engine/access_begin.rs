//! What becomes of a thread that is about to make an access.

use super::Points;
use super::core::{Arrived, Reach, Turn};
use super::execution_core::ExecutionCore;
use super::lock_site::{LockSite, Taken};
use super::loop_sites::free_rounds;
use super::yield_reason::Blocked;
use crate::operation::{Access, Choice, FileKind, SystemCall, ThreadId, WaitSite};

/// What a thread does that is about to make an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AccessBegin {
    Pauses,
    /// It waits until others have changed what it reads again and again.
    Waits,
    /// It goes on, within the step under way, or since accesses are no points, or the execution is over.
    GoesOn,
    /// It has gone on for so long that it will not end.
    NeverEnds,
}

impl ExecutionCore {
    /// `thread` stops before `access`, which it does not tell of.
    pub(super) fn begin_access(&mut self, thread: ThreadId, access: Access) -> AccessBegin {
        self.refute_failed(thread);
        if self.is_over() {
            return self.begin_after_end();
        }
        if self.options.points == Points::Calls {
            self.state.touch(access);
            return AccessBegin::GoesOn;
        }
        self.state.declare_access(thread, access);
        AccessBegin::Pauses
    }

    /// As [`begin_access`](Self::begin_access), for one to memory of which it tells what it has found.
    #[inline]
    pub(super) fn arrive(&mut self, thread: ThreadId, reach: &Reach) -> AccessBegin {
        self.refute_failed(thread);
        if self.is_over() {
            return self.begin_after_end();
        }
        if self.options.points == Points::Calls {
            self.state.touch(reach.access.access());
            return AccessBegin::GoesOn;
        }
        self.reset_yields(thread);
        let lessons = self.options.lessons;
        let free = |writes| free_rounds(reach.site, writes, lessons);
        match self.state.arrive(thread, reach, free) {
            Arrived::Stops => AccessBegin::Pauses,
            Arrived::GoesOn => AccessBegin::GoesOn,
            Arrived::Waits => AccessBegin::Waits,
        }
    }

    /// As [`arrive`](Self::arrive), with the pause and the [turn](Self::turn) that follow, where nothing is to be
    /// done but to choose who goes on. Nothing otherwise: then nothing is done.
    #[inline]
    pub(super) fn turn_at_access(&mut self, thread: ThreadId, reach: &Reach) -> Option<Turn> {
        let is_usual = !self.is_over()
            && !self.lock_words.have_failed()
            && self.options.points != Points::Calls
            && !self.has_race()
            && !self.has_calls()
            && !self.lock_words.are_awaited()
            && self.options.known_crashes.is_none();
        if !is_usual {
            return None;
        }
        self.reset_yields(thread);
        let ExecutionCore {
            state, scheduler, ..
        } = self;
        let turn = state.advance_to_access(thread, reach, |point, threads| match scheduler {
            Some(scheduler) => scheduler.choose(point, threads),
            None => Choice::Prune,
        })?;
        if let Turn::Over(over) = turn {
            self.note_over(over);
        }
        Some(turn)
    }

    /// What a thread waits for that does so in a loop which is about to access `place`.
    pub(super) fn blocked_in_loop(&mut self, place: usize) -> Blocked {
        Blocked {
            site: WaitSite {
                number: self.kernel.queues.number(place),
                call: Some((SystemCall::Loop, FileKind::Memory)),
            },
            deadline: None,
            may_be_spurious: false,
        }
    }

    #[cold]
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
    #[inline]
    fn refute_failed(&mut self, thread: ThreadId) {
        if let Some((lock, _)) = self.lock_words.take_failed(thread)
            && !self.is_over()
        {
            lock.refute();
            self.take(lock);
        }
    }

    /// How this search takes a place. If that has become known since it began, it is to begin again.
    pub(super) fn take(&mut self, lock: &LockSite) -> Taken {
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
    pub(super) fn goes_on_alone(&mut self, thread: ThreadId) {
        self.calls.unwinding.retain(|other| *other != thread);
    }
}
