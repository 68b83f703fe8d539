//! The heap of libc: `free` and `realloc`, in instrumented builds. What is freed is not put back after
//! the execution: it is somebody else's then.
//!
//! They do what they always do. std's own allocations, and those of C, come here, too.

use libc::{c_void, size_t};

use crate::memory;

stand_in! {
    always fn free(block: *mut c_void) -> ();
    always fn realloc(block: *mut c_void, size: size_t) -> *mut c_void;
}

unsafe extern "C" {
    fn __libc_free(block: *mut c_void);
    fn __libc_realloc(block: *mut c_void, size: size_t) -> *mut c_void;
}

mod controlled {
    use super::*;

    /// free(3)
    pub(super) unsafe fn free(block: *mut c_void) {
        // SAFETY: the caller promises a block of the heap, or none.
        unsafe {
            forget(block);
            __libc_free(block);
        }
    }

    /// realloc(3): the block, which may be another.
    pub(super) unsafe fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
        // SAFETY: as above.
        unsafe {
            forget(block);
            __libc_realloc(block, size)
        }
    }

    #[inline]
    unsafe fn forget(block: *mut c_void) {
        if memory::has_notes() {
            // SAFETY: as above. A null pointer has no bytes.
            memory::forget(block.addr(), unsafe { libc::malloc_usable_size(block) });
        }
    }
}
