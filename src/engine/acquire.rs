//! Markers whose gated code begins by acquiring a lock: a thread that is paused there is enabled
//! only while the lock is free, so it never blocks.

#![allow(unsafe_code)]

use super::current;
use super::lock_probe::{LockProbe, LockQuery};
use super::yield_reason::YieldReason;
use crate::site::Site;

/// Pauses the calling thread at `site`, which is [to pause](current::is_to_pause), until it gets the turn. It
/// gets that only while all locks that the question shows are free.
pub(crate) fn acquire(site: &'static Site, question: &LockQuery<'_>) {
    /// Withdraws the question, even if the thread unwinds.
    struct Withdraw;
    impl Drop for Withdraw {
        fn drop(&mut self) {
            current::withdraw();
        }
    }

    let _withdraw = Withdraw;
    // SAFETY: `_withdraw` withdraws the probe before this returns or unwinds, and waits for that if
    // the question is being asked.
    let probe = unsafe { LockProbe::leave(question) };
    current::pause(YieldReason::Acquire(current::id_of(site), probe));
}
