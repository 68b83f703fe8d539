//! The scheduler begins executions, chooses at every point, and learns how each execution ended.

use std::any::Any;
use std::sync::Arc;

use super::{BlockedOn, CallStack, ExecutionEnd, ThreadTable};
use crate::failure::EarlierPanics;
use crate::operation::{Choice, SchedulingPoint, ThreadStatus, Trace};

pub(crate) trait Scheduler: Any + Send {
    /// Begins the next execution; `None` when there is none to run. Returns how many of its first
    /// steps are those of the execution before: [`choose`](Self::choose) is not called for them,
    /// unless the threads are not where they were then.
    fn new_execution(&mut self) -> Option<usize>;

    /// Decides which thread goes next. `threads` tells what the ids stand for.
    fn choose(&mut self, point: &SchedulingPoint<'_>, threads: &ThreadTable) -> Choice;

    fn end(&mut self, result: ExecutionResult<'_>);
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct ExecutionResult<'a> {
    pub(crate) trace: Trace<'a>,
    /// The names of the threads, and where each stood.
    pub(crate) names: &'a [Arc<str>],
    pub(crate) threads: &'a [ThreadStatus],
    /// The locks that they were about to acquire, and that were not free.
    pub(crate) blocked_on: &'a [BlockedOn],
    /// From where steps were taken, as far as that was noted.
    pub(crate) stacks: &'a [CallStack],
    /// The panics of threads that the program has started, before the end.
    pub(crate) panics: &'a EarlierPanics,
    pub(crate) end: &'a ExecutionEnd,
    pub(crate) outcome: Option<&'a str>,
}

impl ExecutionResult<'_> {
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        self.end.is_held() && self.outcome.is_none()
    }

    /// Whether both are the same failure, in whichever thread and with whatever values. With another panic behind
    /// it, the panic of who unwraps the result of a join is another failure.
    pub(crate) fn is_like(self, other: ExecutionResult<'_>) -> bool {
        self.end.is_like(other.end) && self.panics.are_like(other.panics)
    }
}
