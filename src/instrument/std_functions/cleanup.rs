//! The end of the process, when a destructor has panicked while its thread unwinds.

use crate::engine;
use crate::engine::call::is_controlled;

unsafe extern "C-unwind" {
    safe fn interlace_real_panic_in_cleanup() -> !;
}

/// Where the execution is over, it is this library that has the thread unwind, and the destructor may have found
/// what no other execution shows it. So the thread is left where it is.
pub(super) unsafe extern "C-unwind" fn panic_in_cleanup() -> ! {
    if is_controlled() {
        engine::leave_after_end();
    }
    interlace_real_panic_in_cleanup()
}
