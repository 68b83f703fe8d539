//! Where a thread stands.

use super::{ThreadId, WaitSite};
use crate::site::MarkerId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ThreadState {
    /// Declared, and not yet run up to its first marker.
    NotStarted,
    Running,
    /// Started by the program, and ready to take its first step.
    Starting,
    /// Paused at a marker, ready to go on.
    Marker(MarkerId),
    /// Paused at a marker, about to acquire a lock that is not free.
    WaitingForLock(MarkerId),
    /// Paused at a marker, about to acquire a lock that was asked whether it is free, and had not
    /// answered when the time was up.
    BeingAsked(MarkerId),
    /// Waiting for the end of a thread that has not ended.
    Joining(ThreadId),
    /// As `Joining`, but that thread has ended: ready to go on.
    Joined(ThreadId),
    /// A task whose future is pending and whose waker has not fired.
    Waiting,
    /// As `Waiting`, but all of its wakers are gone. Known only when no thread can go on.
    NoWakerLeft,
    /// As `Waiting`, but its waker has fired: ready to go on.
    Woken,
    /// A thread that waits in a call to the system.
    Blocked(WaitSite),
    /// As `Blocked`, but the wait may end although what it waits for has not come: by a time-out or
    /// spuriously.
    MayGoOn(WaitSite),
    /// As `Blocked`, but what it waits for has come: ready to go on.
    Unblocked(WaitSite),
    Finished,
    Panicked,
    /// Ended by the engine after a failure elsewhere.
    Unwound,
}

impl ThreadState {
    /// Whether the thread has stopped where a scheduling point lets it go on.
    pub(crate) fn is_enabled(self) -> bool {
        self.is_ready() || matches!(self, ThreadState::MayGoOn(_))
    }

    /// Whether a scheduling point lets the thread go on without interrupting a wait.
    pub(crate) fn is_ready(self) -> bool {
        matches!(
            self,
            ThreadState::Starting
                | ThreadState::Marker(_)
                | ThreadState::Joined(_)
                | ThreadState::Woken
                | ThreadState::Unblocked(_)
        )
    }

    /// Whether the thread has stopped and cannot go on until something happens.
    pub(crate) fn is_waiting(self) -> bool {
        matches!(
            self,
            ThreadState::WaitingForLock(_)
                | ThreadState::Joining(_)
                | ThreadState::Waiting
                | ThreadState::NoWakerLeft
                | ThreadState::Blocked(_)
        )
    }

    pub(crate) fn has_ended(self) -> bool {
        matches!(
            self,
            ThreadState::Finished | ThreadState::Panicked | ThreadState::Unwound
        )
    }
}

/// Where a thread stands, and how far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ThreadStatus {
    pub(crate) state: ThreadState,
    /// The marker that the thread last went on from.
    pub(crate) passed: Option<MarkerId>,
}
