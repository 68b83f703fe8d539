//! Threads that wait for something to be free: in the kernel, or paused before they acquire it.

use super::{State, ThreadState, WaitSite};
use crate::search::{Enabled, ThreadId};
use crate::site::MarkerId;

impl State {
    /// The thread that has the turn, if it is a thread's.
    pub(crate) fn running(&self) -> Option<ThreadId> {
        let running = self
            .threads
            .iter()
            .position(|at| *at == ThreadState::Running);
        running.map(ThreadId::new)
    }

    /// How many turns were given in this execution.
    pub(crate) fn given(&self) -> usize {
        self.started + self.taken + self.resumed
    }

    /// Whether a thread could go on.
    pub(crate) fn has_ready(&self) -> bool {
        !self.ready.is_empty() || self.woken > 0
    }

    /// Where `thread` stands.
    pub(crate) fn at(&self, thread: ThreadId) -> ThreadState {
        self.threads[thread.index()]
    }

    /// The running thread reached `marker`, before something that it acquires. Whether that is free
    /// is to be said before the next turn.
    pub(crate) fn pause_to_acquire(&mut self, thread: ThreadId, marker: MarkerId) {
        self.leave(thread, ThreadState::WaitingForLock(marker));
    }

    /// What `thread`, which is paused, is about to acquire is free or not: whether it is ready.
    pub(crate) fn set_free(&mut self, thread: ThreadId, is_free: bool) {
        match (self.at(thread), is_free) {
            (ThreadState::WaitingForLock(marker), true) => {
                self.threads[thread.index()] = ThreadState::Marker(marker);
                self.insert_ready(Enabled { thread, marker });
            }
            (ThreadState::Marker(marker), false) => {
                self.threads[thread.index()] = ThreadState::WaitingForLock(marker);
                self.remove_ready(thread);
            }
            _ => {}
        }
    }

    /// The running thread waits in the kernel.
    pub(crate) fn block(&mut self, thread: ThreadId, spot: WaitSite) {
        self.note_wait(thread, true);
        self.leave(thread, ThreadState::Blocked(spot));
    }

    /// What the blocked `thread` waits for has come: it is ready, with the marker that it passed
    /// last. Or that is gone again, and it is not.
    pub(crate) fn set_released(&mut self, thread: ThreadId, is_released: bool) {
        match (self.at(thread), is_released) {
            (ThreadState::Blocked(spot), true) => {
                self.threads[thread.index()] = ThreadState::Unblocked(spot);
                self.insert_released(thread);
            }
            (ThreadState::Unblocked(spot), false) => {
                self.threads[thread.index()] = ThreadState::Blocked(spot);
                self.remove_ready(thread);
            }
            _ => {}
        }
    }

    /// The released `thread` goes on after the execution is over.
    pub(crate) fn let_go(&mut self, thread: ThreadId) {
        self.leave(thread, ThreadState::Running);
    }

    fn insert_released(&mut self, thread: ThreadId) {
        let mut steps = self.steps[..self.taken].iter().rev();
        let passed = steps.find(|taken| taken.thread == thread);
        let marker = passed.map_or_else(MarkerId::start, |taken| taken.marker);
        self.insert_ready(Enabled { thread, marker });
    }

    fn insert_ready(&mut self, ready: Enabled) {
        let place = self
            .ready
            .partition_point(|other| other.thread < ready.thread);
        self.ready.insert(place, ready);
        if let Some(running) = self.running.as_mut().filter(|running| **running >= place) {
            *running += 1;
        }
    }

    fn remove_ready(&mut self, thread: ThreadId) {
        let place = self.ready.partition_point(|other| other.thread < thread);
        self.ready.remove(place);
        if let Some(running) = self.running.as_mut().filter(|running| **running > place) {
            *running -= 1;
        }
    }
}
