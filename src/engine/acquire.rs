//! Markers whose gated code begins by acquiring something: such a thread is ready only while that is
//! free, so it never blocks there.

#![allow(unsafe_code)]

use std::fmt;

use super::conclude::catch_panic;
use super::current::{self, Kept};
use crate::site::Site;

/// Asks whether what a thread is about to acquire is free.
pub(crate) type Question<'a> = dyn Fn() -> bool + Sync + 'a;

/// A question that a paused thread has left with its run, which asks it while the thread is paused.
pub(crate) struct Probe(*const Question<'static>);

// SAFETY: the question is `Sync`, so it may be asked from any thread.
unsafe impl Send for Probe {}

impl Probe {
    /// Leaves a question.
    ///
    /// # Safety
    ///
    /// The run must have let go of what is returned before the question's borrow ends.
    unsafe fn leave(question: &Question<'_>) -> Self {
        let question = std::ptr::from_ref(question);
        // SAFETY: only a lifetime is left out, and the caller promises what that would ensure.
        Probe(unsafe {
            std::mem::transmute::<*const Question<'_>, *const Question<'static>>(question)
        })
    }

    /// Whether what the thread is about to acquire is free; also if the question panics, since then
    /// the thread may find out itself.
    pub(super) fn is_free(&self) -> bool {
        // SAFETY: whoever left the question has not taken it back.
        let question = unsafe { &*self.0 };
        current::uncontrolled(|| catch_panic(question)).unwrap_or(true)
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Probe").finish_non_exhaustive()
    }
}

/// Pauses the calling thread at `site`, if a run controls it and it is not unwinding, until it has
/// the turn, which it gets only while the answer is yes.
pub(crate) fn acquire(site: &'static Site, is_free: &Question<'_>) {
    /// Takes the question back, however the thread goes on.
    struct Withdraw;
    impl Drop for Withdraw {
        fn drop(&mut self) {
            current::with_controller(|controller| controller.withdraw());
        }
    }

    if !current::is_to_pause() {
        return;
    }
    let _withdraw = Withdraw;
    // SAFETY: `_withdraw` takes it back before this returns or unwinds, and a run asks only while it
    // has the table to itself, as it must to take the question back.
    let probe = unsafe { Probe::leave(is_free) };
    if current::with_controller(|controller| controller.acquire(site, probe)) == Kept::No {
        current::let_go();
    }
}
