//! How the threads end that are left when the execution is over.

use super::ExecutionCore;
use super::waits::YIELD;
use crate::engine::baton::Grant;
use crate::operation::{ThreadId, ThreadState};

impl ExecutionCore {
    /// When the execution is over: which thread goes on next, and what it is told. Nothing if all
    /// have ended, or none of the others can go on.
    ///
    /// Those that are paused unwind first. That frees what they hold; so a destructor, or a thread
    /// that cannot unwind from where it waits, goes on when it is woken. Then come those that unwind
    /// from where they wait, those whose wait ends by itself, and at last those that are to be left.
    ///
    /// `first` comes first, unless it is to be left.
    pub(in crate::engine) fn next_to_unwind(
        &mut self,
        first: Option<ThreadId>,
    ) -> Option<(ThreadId, Grant)> {
        // What threads do that are unwound is no fault of theirs.
        self.surroundings.process_lock.look_for_races(false);
        if self.surroundings.has_news() {
            // Who unwinds from `thread::park` wakes itself. The steps that were taken do not depend on that.
            self.surroundings.update(&mut self.kernel, |_| ());
        }
        self.hear_calls();
        let all = (0..self.state.threads().len()).map(ThreadId::new);
        let next = all.filter_map(|thread| {
            let (order, grant) = self.unwinds(thread)?;
            Some((order, thread, grant))
        });
        let (_, thread, grant) = next.min_by_key(|(order, thread, _)| {
            let is_last = *order == 4;
            (is_last, Some(*thread) != first, *order, thread.index())
        })?;
        if grant == Grant::Unwind {
            self.calls.unwinding.push(thread);
        }
        self.state.let_go(thread);
        Some((thread, grant))
    }

    /// Whether `thread` can go on when the execution is over: in which order, and what it is told.
    fn unwinds(&self, thread: ThreadId) -> Option<(u8, Grant)> {
        let calls = &self.calls;
        let is_unwinding = calls.unwinding.contains(&thread);
        let can_unwind = !is_unwinding && calls.can_unwind.contains(&thread);
        match self.state.state(thread) {
            ThreadState::NotStarted | ThreadState::Running => None,
            state if state.has_ended() || calls.left.contains(&thread) => None,
            ThreadState::Unblocked(_) | ThreadState::Joined(_) if is_unwinding => {
                Some((1, Grant::Resume))
            }
            ThreadState::Blocked(_) | ThreadState::MayGoOn(_) | ThreadState::Joining(_)
                if can_unwind =>
            {
                Some((2, Grant::Unwind))
            }
            ThreadState::Unblocked(_) => Some((1, Grant::Resume)),
            ThreadState::Blocked(site) | ThreadState::MayGoOn(site) => {
                let yields = site == YIELD;
                let has_time = matches!(self.state.state(thread), ThreadState::MayGoOn(_));
                Some(if yields || has_time {
                    (3, Grant::Resume)
                } else {
                    (4, Grant::Unwind)
                })
            }
            ThreadState::Joining(_) if is_unwinding => Some((4, Grant::Unwind)),
            // The others use what is on its stack.
            #[cfg(interlace)]
            _ if self.scopes.awaits(thread) => Some((3, Grant::Unwind)),
            _ => Some((0, Grant::Unwind)),
        }
    }

    /// Whether a thread waits that cannot unwind from there, and goes on only if it is woken.
    #[cold]
    pub(in crate::engine) fn may_wait_for_ever(&self) -> bool {
        let mut all = (0..self.state.threads().len()).map(ThreadId::new);
        !self.calls.left.is_empty()
            || all.any(|thread| {
                let waits = match self.state.state(thread) {
                    ThreadState::Blocked(site)
                    | ThreadState::MayGoOn(site)
                    | ThreadState::Unblocked(site) => site != YIELD,
                    _ => false,
                };
                waits && !self.calls.can_unwind.contains(&thread)
            })
    }

    /// `thread` can neither go on nor unwind.
    pub(in crate::engine) fn leave(&mut self, thread: ThreadId) {
        self.state.leave(thread, ThreadState::Unwound);
        self.calls.left.push(thread);
    }

    /// How many threads are left that can neither go on nor unwind.
    #[inline]
    pub(in crate::engine) fn left(&self) -> usize {
        self.calls.left.len()
    }
}
