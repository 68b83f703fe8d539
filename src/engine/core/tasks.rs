//! Tasks that wait for their wakers, go on, or are cancelled.

use super::{ExecutionState, Operation, Pending, StepEnd, ThreadId, ThreadState};
use crate::operation::OperationKind;

impl ExecutionState {
    /// The running task found its future pending. A waker that fired meanwhile still counts. If the
    /// task `is_cancellable`, to cancel it is a choice from now on, until it goes on.
    pub(crate) fn wait(&mut self, thread: ThreadId, is_cancellable: bool) {
        self.touch_waker(thread);
        let notified = self.notified.iter().position(|other| *other == thread);
        if let Some(notified) = notified {
            self.notified.swap_remove(notified);
            self.threads.states[thread.index()] = ThreadState::Woken;
            let operation = Operation::resume(self.last_passed(thread));
            self.enable_running(thread, operation);
        } else {
            self.end_step(thread, StepEnd::Waits);
            self.leave(thread, ThreadState::Waiting);
        }
        if is_cancellable {
            self.note_conditional();
            let operation = Operation::cancel(self.last_passed(thread));
            self.insert_enabled(Pending { thread, operation });
        }
    }

    /// The waker of `thread` fired.
    pub(crate) fn wake(&mut self, thread: ThreadId) {
        self.touch_waker(thread);
        match self.state(thread) {
            ThreadState::Waiting => {
                self.touch_thread(thread);
                self.threads.states[thread.index()] = ThreadState::Woken;
                let operation = Operation::resume(self.last_passed(thread));
                self.insert_enabled(Pending { thread, operation });
            }
            // It goes on anyway, and has not polled since.
            ThreadState::Woken => {}
            state if is_in_a_poll(state) && !self.notified.contains(&thread) => {
                self.notified.push(thread);
            }
            _ => {}
        }
    }

    /// The tasks that wait for their wakers.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = ThreadId> + '_ {
        let numbered = self.threads.states.iter().enumerate();
        let waiting = numbered.filter(|(_, state)| **state == ThreadState::Waiting);
        waiting.map(|(index, _)| ThreadId::new(index))
    }

    /// Whether the step under way cancels its task.
    pub(crate) fn is_cancelling(&self) -> bool {
        let last = self.steps().last();
        last.is_some_and(|step| step.operation.kind() == OperationKind::Cancel)
    }
}

/// Whether a task that stands there is being polled: it runs, or has stopped at a point inside.
fn is_in_a_poll(state: ThreadState) -> bool {
    state == ThreadState::Running || state.is_enabled() || state.is_waiting()
}

#[cfg(test)]
mod tests;
