//! When the operations of a history began and ended, in steps.
//!
//! Code between two points touches nothing that others touch too, so it could as well run later, up to the next
//! step of its thread. So an operation is taken to begin with its first step: then the most operations come
//! after others, and the search finds each order in which one ends before another begins.

use super::ExecutionState;
use crate::operation::{Access, Object, ThreadId};

impl ExecutionState {
    /// `thread`, which is running, calls an operation. Returns how many steps were taken before.
    pub(crate) fn begin_operation(&mut self, thread: ThreadId) -> usize {
        self.footprints.begin_operation(thread);
        self.taken
    }

    /// The step in which an operation has begun that `thread` called when there were `since` steps: its
    /// first since then, or else the one in which it has called.
    pub(crate) fn began(&self, thread: ThreadId, since: usize) -> usize {
        self.first_step(thread, since).unwrap_or(since)
    }

    /// As [`began`](Self::began), for an operation that returns now, to `returned_to`; and the step under way.
    pub(crate) fn end_operation(
        &mut self,
        thread: ThreadId,
        since: usize,
        returned_to: ThreadId,
    ) -> [usize; 2] {
        let first = self.first_step(thread, since);
        if first.is_none() {
            self.footprints.end_without_step(thread);
            self.note_touched(Access::read(Object::Returns(None)));
        }
        self.note_touched(Access::write(Object::Returns(Some(returned_to))));
        [first.unwrap_or(self.taken), self.taken]
    }

    /// The number of the first step of `thread` since then, counted from 1.
    fn first_step(&self, thread: ThreadId, since: usize) -> Option<usize> {
        let later = self.steps().get(since..)?;
        let first = later.iter().position(|step| step.thread == thread);
        first.map(|at| since + at + 1)
    }
}
