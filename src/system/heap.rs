//! The heap of libc, in instrumented builds: what code of C and std itself take from it.
//!
//! A block that was there before an execution is in use again after it, when what the execution has written
//! is put back: so the program does not get it freed. And nothing is put back in a block that was freed.

use libc::{c_int, c_void, size_t};

use crate::memory;

stand_in! {
    always fn malloc(size: size_t) -> *mut c_void;
    always fn calloc(count: size_t, size: size_t) -> *mut c_void;
    always fn realloc(block: *mut c_void, size: size_t) -> *mut c_void;
    always fn aligned_alloc(align: size_t, size: size_t) -> *mut c_void;
    always fn posix_memalign(place: *mut *mut c_void, align: size_t, size: size_t) -> c_int;
    always fn free(block: *mut c_void) -> ();
}

unsafe extern "C" {
    fn __libc_malloc(size: size_t) -> *mut c_void;
    fn __libc_calloc(count: size_t, size: size_t) -> *mut c_void;
    fn __libc_realloc(block: *mut c_void, size: size_t) -> *mut c_void;
    fn __libc_memalign(align: size_t, size: size_t) -> *mut c_void;
    fn __libc_free(block: *mut c_void);
}

/// Notes that the calling thread has this block, if it runs the program's code.
#[inline]
fn noted(block: *mut c_void) -> *mut c_void {
    memory::made(block.addr());
    memory::allocated(block.addr(), || usable_size(block));
    block
}

fn usable_size(block: *mut c_void) -> usize {
    // SAFETY: it is a block of the heap, or null.
    unsafe { libc::malloc_usable_size(block) }
}

mod controlled {
    use super::*;

    /// malloc(3): the block, or null.
    pub(super) unsafe fn malloc(size: size_t) -> *mut c_void {
        // SAFETY: any size may be asked for.
        noted(unsafe { __libc_malloc(size) })
    }

    /// calloc(3): the block, or null.
    pub(super) unsafe fn calloc(count: size_t, size: size_t) -> *mut c_void {
        // SAFETY: as above.
        noted(unsafe { __libc_calloc(count, size) })
    }

    /// realloc(3): the block, which may be another, or null.
    pub(super) unsafe fn realloc(block: *mut c_void, size: size_t) -> *mut c_void {
        // SAFETY: the caller promises a block of the heap, or none.
        unsafe {
            if block.is_null() || !memory::keeps(block.addr()) {
                forget(block);
                return noted(__libc_realloc(block, size));
            }
            let other = malloc(size);
            if !other.is_null() {
                let size = size.min(libc::malloc_usable_size(block));
                other.copy_from_nonoverlapping(block, size);
            }
            other
        }
    }

    /// `aligned_alloc(3)`: the block, or null.
    pub(super) unsafe fn aligned_alloc(align: size_t, size: size_t) -> *mut c_void {
        // SAFETY: as above.
        noted(unsafe { __libc_memalign(align, size) })
    }

    /// `posix_memalign(3)`: 0, or the number of the error.
    pub(super) unsafe fn posix_memalign(
        place: *mut *mut c_void,
        align: size_t,
        size: size_t,
    ) -> c_int {
        if !align.is_power_of_two() || !align.is_multiple_of(size_of::<usize>()) {
            return libc::EINVAL;
        }
        // SAFETY: as above.
        let block = noted(unsafe { __libc_memalign(align, size) });
        if block.is_null() {
            return libc::ENOMEM;
        }
        // SAFETY: the caller promises that it may be written.
        unsafe { *place = block };
        0
    }

    /// free(3)
    pub(super) unsafe fn free(block: *mut c_void) {
        // SAFETY: the caller promises a block of the heap, or none.
        unsafe {
            if !block.is_null() && !memory::keeps(block.addr()) {
                memory::freed(block.addr(), || usable_size(block));
                forget(block);
                __libc_free(block);
            }
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
