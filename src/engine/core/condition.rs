//! Under which conditions a thread that waits may go on.

// From `core`, which knows durations and has no clock.
use core::time::Duration;

use crate::operation::{ThreadId, WaitSite};

/// A thread that waits, and what lets it go on besides being woken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Conditional {
    pub(super) thread: ThreadId,
    pub(super) site: WaitSite,
    pub(super) condition: Condition,
}

/// What lets a thread that waits go on, besides being woken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Condition {
    /// Another thread has taken a step since, or none can.
    OthersFirst,
    /// Its wait times out, at this virtual time.
    TimeOut(Duration),
    /// Nobody has woken it, and it goes on regardless.
    Spurious,
}
