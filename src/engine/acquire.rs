//! Markers whose gated code begins by acquiring something: such a thread is ready only while that is
//! free, so it never blocks there.

#![allow(unsafe_code)]

use super::current;
use super::lock_probe::{LockProbe, LockQuery};
use super::yield_reason::YieldReason;
use crate::site::Site;

/// Pauses the calling thread at `site`, if a run controls it and it is not unwinding, until it has
/// the turn, which it gets only while all that the question shows is free.
pub(crate) fn acquire(site: &'static Site, question: &LockQuery<'_>) {
    /// Takes the question back, however the thread goes on.
    struct Withdraw;
    impl Drop for Withdraw {
        fn drop(&mut self) {
            current::withdraw();
        }
    }

    if !current::is_to_pause() {
        return;
    }
    let _withdraw = Withdraw;
    // SAFETY: `_withdraw` takes it back before this returns or unwinds, and a run asks only while it
    // has the table to itself, as it must to take the question back.
    let probe = unsafe { LockProbe::leave(question) };
    current::pause(YieldReason::Acquire(site.id(), probe));
}
