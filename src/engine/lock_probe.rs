//! A question that a paused thread leaves with its run: are the locks free that it is about to
//! acquire?

#![allow(unsafe_code)]

use std::fmt;

use super::lock_state::LockState;

/// Shows the locks that a thread is about to acquire, one after the other.
pub(crate) type LockQuery<'a> = dyn Fn(&mut dyn FnMut(LockState)) + Sync + 'a;

/// A question that a paused thread has left with its run. It may be asked while the thread is
/// paused.
#[derive(Clone, Copy)]
pub(crate) struct LockProbe(*const LockQuery<'static>);

// SAFETY: the question is `Sync`, so it may be asked from any thread.
unsafe impl Send for LockProbe {}

impl LockProbe {
    /// Leaves a question.
    ///
    /// # Safety
    ///
    /// The run must have dropped all copies of the probe before the question's borrow ends.
    pub(super) unsafe fn leave(question: &LockQuery<'_>) -> Self {
        let question = std::ptr::from_ref(question);
        #[allow(clippy::transmute_ptr_to_ptr, reason = "a cast keeps the lifetime")]
        // SAFETY: only the lifetime changes, and the caller promises what it would ensure.
        LockProbe(unsafe {
            std::mem::transmute::<*const LockQuery<'_>, *const LockQuery<'static>>(question)
        })
    }

    /// Asks it. This runs the user's code, which may panic.
    pub(super) fn ask(&self, see: &mut dyn FnMut(LockState)) {
        // SAFETY: the thread that left the question has not withdrawn it.
        let question = unsafe { &*self.0 };
        question(see);
    }
}

impl fmt::Debug for LockProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockProbe").finish_non_exhaustive()
    }
}
