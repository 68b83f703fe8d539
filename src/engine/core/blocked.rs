//! Threads that wait for something to be free: in the kernel, or paused before they acquire it.

use super::{ExecutionState, Operation, Pending, StepEnd, ThreadId, ThreadState};
use crate::operation::WaitSite;
use crate::site::MarkerId;

impl ExecutionState {
    /// The thread that has the turn, if a thread has it.
    pub(crate) fn running(&self) -> Option<ThreadId> {
        let is_running = |state: &ThreadState| *state == ThreadState::Running;
        let running = self.threads.states.iter().position(is_running);
        running.map(ThreadId::new)
    }

    /// How many turns were given in this execution.
    pub(crate) fn given(&self) -> usize {
        self.started + self.taken
    }

    /// Where `thread` stands.
    #[inline]
    pub(crate) fn state(&self, thread: ThreadId) -> ThreadState {
        self.threads.states[thread.index()]
    }

    /// The running thread reached `marker`, before something that it acquires. Whether that is free
    /// is to be said before the next turn.
    pub(crate) fn pause_to_acquire(&mut self, thread: ThreadId, marker: MarkerId) {
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

    /// The running thread waits in the kernel.
    pub(crate) fn block(&mut self, thread: ThreadId, site: WaitSite) {
        self.end_step(thread, StepEnd::Waits);
        self.leave(thread, ThreadState::Blocked(site));
    }

    /// What the blocked `thread` waits for has come: it is enabled, to go on from its wait. Or that
    /// is gone again, and it is not.
    pub(crate) fn set_unblocked(&mut self, thread: ThreadId, is_unblocked: bool) {
        match (self.state(thread), is_unblocked) {
            (ThreadState::Blocked(site), true) => {
                self.threads.states[thread.index()] = ThreadState::Unblocked(site);
                let operation = Operation::resume(self.last_passed(thread));
                self.insert_enabled(Pending { thread, operation });
            }
            (ThreadState::Unblocked(site), false) => {
                self.threads.states[thread.index()] = ThreadState::Blocked(site);
                self.remove_enabled(thread);
            }
            _ => {}
        }
    }

    /// The unblocked `thread` goes on after the execution is over.
    pub(crate) fn let_go(&mut self, thread: ThreadId) {
        self.leave(thread, ThreadState::Running);
    }

    /// The marker that `thread` passed last, by which its waits are known.
    pub(super) fn last_passed(&self, thread: ThreadId) -> MarkerId {
        let mut steps = self.steps().iter().rev();
        let passed = steps.find(|event| event.thread == thread);
        passed.map_or_else(MarkerId::start, |event| event.operation.name())
    }
}
