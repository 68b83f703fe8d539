//! The end of an execution that is to be run once more.

use super::Run;
use crate::engine::ExecutionEnd;
use crate::operation::ThreadId;

impl Run {
    /// Ends the threads' part of the execution without telling anybody: it is to be run once more.
    /// `next` was given the turn, and does not get it.
    #[cold]
    pub(in crate::engine::fibers) fn abandon(&self, next: Option<ThreadId>) {
        let mut core = self.core.borrow_mut();
        if let Some(next) = next {
            core.state.take_back(next);
        }
        core.fail(ExecutionEnd::Pruned);
    }
}
