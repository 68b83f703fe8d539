//! Whose turn it is.

use crate::operation::ThreadId;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Turn {
    Of(ThreadId),
    Over(Over),
}

/// Why no thread has the turn any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Every thread has finished.
    Complete,
    Deadlock,
    StepLimit,
    /// The scheduler ended the execution.
    Pruned,
}

impl Turn {
    /// The thread that has the turn, if one has.
    #[inline]
    pub(crate) fn thread(self) -> Option<ThreadId> {
        match self {
            Turn::Of(thread) => Some(thread),
            Turn::Over(_) => None,
        }
    }
}
