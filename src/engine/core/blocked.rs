//! Threads that wait for something to be free: in a call, or paused before they acquire it.

use super::{ExecutionState, Operation, Pending, ThreadId, ThreadState};
use crate::site::MarkerId;

impl ExecutionState {
    /// Where `thread` stands.
    #[inline]
    pub(crate) fn state(&self, thread: ThreadId) -> ThreadState {
        self.threads.states[thread.index()]
    }

    /// The running thread reached `marker`, before something that it acquires. Whether that is free
    /// is to be said before the next turn.
    pub(crate) fn pause_to_acquire(&mut self, thread: ThreadId, marker: MarkerId) {
        self.footprints.reach(thread);
        self.leave(thread, ThreadState::WaitingForLock(marker));
    }

    /// What `thread`, which is paused, is about to acquire is free or not: whether it is enabled.
    pub(crate) fn set_free(&mut self, thread: ThreadId, is_free: bool) {
        match (self.state(thread), is_free) {
            (ThreadState::WaitingForLock(marker), true) => {
                self.threads.states[thread.index()] = ThreadState::Marker(marker);
                let operation = Operation::at_marker(marker);
                self.insert_enabled(Pending { thread, operation });
            }
            (ThreadState::Marker(marker), false) => {
                self.threads.states[thread.index()] = ThreadState::WaitingForLock(marker);
                self.remove_enabled(thread);
            }
            _ => {}
        }
    }

    /// The blocked `thread` was woken: it is enabled, to go on from its wait.
    pub(crate) fn unblock(&mut self, thread: ThreadId) {
        let (ThreadState::Blocked(site) | ThreadState::MayGoOn(site)) = self.state(thread) else {
            return;
        };
        // One whose wait may time out can go on anyway.
        if !self.forget_condition(thread) {
            self.touch_thread(thread);
        }
        self.leave(thread, ThreadState::Unblocked(site));
        let operation = Operation::resume(self.last_passed(thread));
        self.insert_enabled(Pending { thread, operation });
    }

    /// What the blocked `thread` waits for was there, and is gone again.
    pub(crate) fn block_again(&mut self, thread: ThreadId) {
        if let ThreadState::Unblocked(site) = self.state(thread) {
            self.leave(thread, ThreadState::Blocked(site));
        }
    }

    /// `thread` goes on after the execution is over.
    pub(crate) fn let_go(&mut self, thread: ThreadId) {
        self.forget_condition(thread);
        self.leave(thread, ThreadState::Running);
    }

    /// The marker that `thread` passed last, by which its waits are known.
    pub(super) fn last_passed(&self, thread: ThreadId) -> MarkerId {
        let mut steps = self.steps().iter().rev();
        let passed = steps.find(|event| event.thread == thread);
        passed.map_or_else(MarkerId::start, |event| event.operation.name())
    }
}
