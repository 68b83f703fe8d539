//! Why a thread yields its turn before its end.

use std::time::Duration;

use super::lock_probe::LockProbe;
#[cfg(interlace)]
use super::lock_words::LockWord;
use crate::operation::{ThreadId, WaitSite};
use crate::site::MarkerId;

#[derive(Debug, Clone, Copy)]
pub(crate) enum YieldReason {
    /// It has reached this marker.
    Reach(MarkerId),
    /// It has reached this marker, and will acquire the locks that the question shows.
    Acquire(MarkerId, LockProbe),
    /// It has come to where it will acquire the lock with this word.
    #[cfg(interlace)]
    AcquireWord(MarkerId, LockWord),
    /// It waits for its waker, since its future is pending. It may be cancelled or not.
    Wait { is_cancellable: bool },
    /// It waits for the end of this thread.
    Join(ThreadId),
    /// It waits in a call to the system.
    Block(Blocked),
    /// It lets others go first.
    Yield,
}

/// How a thread waits in a call to the system.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Blocked {
    pub(crate) site: WaitSite,
    /// When the wait times out, in virtual time.
    pub(crate) deadline: Option<Duration>,
    /// Whether it may end although nobody has woken the thread.
    pub(crate) may_be_spurious: bool,
}

impl YieldReason {
    /// The marker at which the thread pauses, if it is at one.
    pub(super) fn marker(&self) -> Option<MarkerId> {
        match *self {
            YieldReason::Reach(marker) | YieldReason::Acquire(marker, _) => Some(marker),
            #[cfg(interlace)]
            YieldReason::AcquireWord(marker, _) => Some(marker),
            YieldReason::Wait { .. }
            | YieldReason::Join(_)
            | YieldReason::Block(_)
            | YieldReason::Yield => None,
        }
    }

    /// Whether the thread may wait for another.
    #[cfg(interlace)]
    pub(super) fn may_wait(&self) -> bool {
        !matches!(self, YieldReason::Reach(_))
    }

    /// Whether the thread is inside of a call to the system, from which it need not unwind.
    pub(super) fn is_in_call(&self) -> bool {
        match self {
            YieldReason::Join(_) | YieldReason::Block(_) | YieldReason::Yield => true,
            YieldReason::Reach(_) | YieldReason::Acquire(..) | YieldReason::Wait { .. } => false,
            #[cfg(interlace)]
            YieldReason::AcquireWord(..) => false,
        }
    }
}
