//! What a thread is about to do when it lets go of its turn before its end.

use super::lock_probe::LockProbe;
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// What a thread is about to do when it lets go of its turn before its end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum YieldReason {
    /// To do what this marker gates.
    Reach(MarkerId),
    /// To do what this marker gates, which begins by acquiring what the question is about.
    Acquire(MarkerId, LockProbe),
    /// To wait for its waker, since its future is pending.
    Wait,
    /// To go on after the end of this thread.
    Join(ThreadId),
}

impl YieldReason {
    /// The marker at which the thread pauses, if it is at one.
    pub(super) fn marker(&self) -> Option<MarkerId> {
        match *self {
            YieldReason::Reach(marker) | YieldReason::Acquire(marker, _) => Some(marker),
            YieldReason::Wait | YieldReason::Join(_) => None,
        }
    }
}
