//! Why a thread yields its turn before its end.

use super::lock_probe::LockProbe;
use crate::operation::ThreadId;
use crate::site::MarkerId;

#[derive(Debug, Clone, Copy)]
pub(crate) enum YieldReason {
    /// It has reached this marker.
    Reach(MarkerId),
    /// It has reached this marker, and will acquire the locks that the question shows.
    Acquire(MarkerId, LockProbe),
    /// It waits for its waker, since its future is pending. It may be cancelled or not.
    Wait { is_cancellable: bool },
    /// It waits for the end of this thread.
    Join(ThreadId),
}

impl YieldReason {
    /// The marker at which the thread pauses, if it is at one.
    pub(super) fn marker(&self) -> Option<MarkerId> {
        match *self {
            YieldReason::Reach(marker) | YieldReason::Acquire(marker, _) => Some(marker),
            YieldReason::Wait { .. } | YieldReason::Join(_) => None,
        }
    }
}
