//! A turn that was given and is taken back before its thread goes on.

use super::{ExecutionState, ThreadId, ThreadState};
use crate::operation::{OperationKind, WaitSite};

impl ExecutionState {
    /// `thread` was given the turn, has not gone on yet, and is not to. The execution is over.
    #[cold]
    pub(crate) fn take_back(&mut self, thread: ThreadId) {
        let step = self.steps().last().filter(|step| step.thread == thread);
        let state = step.map_or(ThreadState::NotStarted, |step| {
            match step.operation.kind() {
                OperationKind::Start => ThreadState::Starting,
                OperationKind::Join(other) => ThreadState::Joined(other),
                OperationKind::Marker => ThreadState::Marker(step.operation.name()),
                OperationKind::Resume
                | OperationKind::Timeout
                | OperationKind::Spurious
                | OperationKind::Cancel => ThreadState::Unblocked(WaitSite::unknown()),
            }
        });
        self.leave(thread, state);
    }
}
