//! Whether what a thread waits for in the world outside has come.

#![allow(unsafe_code)]

use std::fmt;
use std::ptr::NonNull;

/// Asks whether a call would go on, without making it. It points to a closure on the stack of the
/// thread that waits.
pub(super) struct ReadyCheck(NonNull<dyn FnMut() -> bool>);

// SAFETY: whoever made it promises that any thread may ask while its own waits.
unsafe impl Send for ReadyCheck {}

impl ReadyCheck {
    /// # Safety
    ///
    /// The check is dropped before `is_ready` is, and before the thread that waits goes on; until
    /// then any thread may call it.
    pub(super) unsafe fn leak<'a>(is_ready: &'a mut (dyn FnMut() -> bool + 'a)) -> Self {
        let is_ready: NonNull<dyn FnMut() -> bool + 'a> = is_ready.into();
        // SAFETY: only the lifetime changes, and the caller promises that it is long enough.
        let is_ready = unsafe {
            std::mem::transmute::<NonNull<dyn FnMut() -> bool + 'a>, NonNull<dyn FnMut() -> bool>>(
                is_ready,
            )
        };
        ReadyCheck(is_ready)
    }

    pub(super) fn is_ready(&mut self) -> bool {
        // SAFETY: the closure lives, and nobody else calls it: see `leak`.
        unsafe { self.0.as_mut()() }
    }
}

impl fmt::Debug for ReadyCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyCheck")
    }
}
