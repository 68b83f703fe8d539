//! What stands in for the system in one execution: who waits where, the clock, and chance.

// From `core`, which knows durations and has no clock.
use core::time::Duration;

use super::ThreadId;
use super::clock::Clock;
use super::deadlines::Deadlines;
use super::wait_queues::WaitQueues;
use crate::operation::{FileKind, SystemCall, WaitSite};

/// The model of the system that the program talks to. It is made anew for each execution, so that
/// an execution is a function of its schedule.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) queues: WaitQueues,
    pub(crate) clock: Clock,
    /// What each thread draws from, by its [number](super::ThreadTable::identity).
    chance: Vec<(u64, fastrand::Rng)>,
    seed: u64,
    deadlines: Deadlines,
    /// The threads that were woken, of which the scheduler has not been told.
    woken: Vec<ThreadId>,
}

/// How a wait has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    Woken,
    TimedOut,
    /// Nobody has woken the thread.
    Spurious,
}

impl Kernel {
    pub(crate) fn new(seed: u64) -> Self {
        Kernel {
            queues: WaitQueues::default(),
            clock: Clock::default(),
            chance: Vec::new(),
            seed,
            deadlines: Deadlines::default(),
            woken: Vec::new(),
        }
    }

    /// Makes ready for the next execution.
    #[inline]
    pub(crate) fn reset(&mut self) {
        self.queues.clear();
        self.clock.reset();
        self.chance.clear();
        self.deadlines.clear();
        self.woken.clear();
    }

    /// `thread` begins to wait in `queue`. Returns what the report calls the place.
    pub(crate) fn wait(
        &mut self,
        thread: ThreadId,
        queue: usize,
        mask: u32,
        call: Option<(SystemCall, FileKind)>,
        deadline: Option<Duration>,
    ) -> WaitSite {
        self.queues.wait(thread, queue, mask);
        if let Some(deadline) = deadline {
            self.deadlines.set(thread, deadline);
        }
        let number = self.queues.number(queue);
        WaitSite { number, call }
    }

    /// Wakes at most `count` of those that wait in `queue`. Returns how many.
    pub(crate) fn wake(&mut self, queue: usize, count: usize, mask: u32) -> usize {
        let woken = &mut self.woken;
        self.queues
            .wake(queue, count, mask, |thread| woken.push(thread))
    }

    /// The last `count` threads that were woken.
    pub(crate) fn last_woken(&self, count: usize) -> &[ThreadId] {
        &self.woken[self.woken.len().saturating_sub(count)..]
    }

    /// Wakes at most `wake` of those that wait in `from` and moves at most `moved` to `to`. Returns
    /// how many were woken, and how many moved.
    pub(crate) fn requeue(
        &mut self,
        from: usize,
        to: usize,
        wake: usize,
        moved: usize,
    ) -> (usize, usize) {
        let woken = &mut self.woken;
        self.queues
            .requeue(from, to, wake, moved, |thread| woken.push(thread))
    }

    /// `thread` goes on. Says why: if it is still in its queue, nobody has woken it, unless what it
    /// waits for `has_come` from elsewhere.
    pub(crate) fn end_wait(&mut self, thread: ThreadId, has_come: bool) -> WaitEnd {
        let deadline = self.deadlines.remove(thread);
        // If it was woken while it went on by itself.
        self.woken.retain(|other| *other != thread);
        if !self.queues.cancel(thread) || has_come {
            return WaitEnd::Woken;
        }
        match deadline {
            None => WaitEnd::Spurious,
            Some(deadline) => {
                self.clock.advance_to(deadline);
                WaitEnd::TimedOut
            }
        }
    }

    /// Takes the threads that were woken since this was asked last.
    #[inline]
    pub(crate) fn take_woken(&mut self) -> impl Iterator<Item = ThreadId> + '_ {
        self.woken.drain(..)
    }

    #[inline]
    pub(crate) fn has_woken(&self) -> bool {
        !self.woken.is_empty()
    }

    /// Fills `bytes` by chance, from the stream of a thread: so what it draws is the same in every
    /// execution, whatever others have drawn before.
    pub(crate) fn randomise(&mut self, stream: u64, bytes: &mut [u8]) {
        let known = self.chance.iter().position(|(other, _)| *other == stream);
        let at = known.unwrap_or_else(|| {
            let chance = fastrand::Rng::with_seed(self.seed ^ stream);
            self.chance.push((stream, chance));
            self.chance.len() - 1
        });
        self.chance[at].1.fill(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(kernel: &mut Kernel, stream: u64) -> [u8; 8] {
        let mut bytes = [0; 8];
        kernel.randomise(stream, &mut bytes);
        bytes
    }

    #[test]
    fn what_a_thread_draws_depends_on_no_other() {
        let mut kernel = Kernel::new(7);
        let alone = [1, 1].map(|stream| draw(&mut kernel, stream));
        assert_ne!(alone[0], alone[1]);
        kernel.reset();
        let [first, other, second] = [1, 2, 1].map(|stream| draw(&mut kernel, stream));
        assert_eq!([first, second], alone);
        assert_ne!(other, first);
    }
}
