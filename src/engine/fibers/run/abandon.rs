//! The end of an execution that is to be run once more.

use super::Run;
use crate::engine::catch::{Caught, caught};
use crate::engine::{ExecutionEnd, current};
use crate::operation::ThreadId;

impl Run {
    /// Ends the threads' part of the execution without telling anybody: it is to be run once more.
    /// `next` was given the turn, and does not get it.
    #[cold]
    pub(in crate::engine::fibers) fn abandon(&self, next: Option<ThreadId>) {
        self.core.borrow_mut().fail(ExecutionEnd::Pruned);
        if let Some((next, body)) = next.and_then(|next| Some((next, self.take_body(next)?))) {
            // It was to be started.
            let _ = current::uncontrolled(|| caught(|| drop(body)));
            let _ = self.core.borrow_mut().finish_caught(next, Caught::Unwound);
        }
    }
}
