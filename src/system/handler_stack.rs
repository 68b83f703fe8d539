//! The stack for the handlers of signals, `sigaltstack`, and the memory for it: what std asks for just
//! before a thread runs the program's code, and gives back just behind that.

use std::cell::Cell;
use std::ptr;

use libc::{c_int, c_void, off64_t, size_t, stack_t};

use crate::engine::call;
use crate::memory;

interpose! {
    always fn sigaltstack(new: *const stack_t, old: *mut stack_t) -> c_int;
    always fn mmap64(address: *mut c_void, size: size_t, protection: c_int, flags: c_int, file: c_int, offset: off64_t) -> *mut c_void;
    always fn mprotect(address: *mut c_void, size: size_t, protection: c_int) -> c_int;
    always fn munmap(address: *mut c_void, size: size_t) -> c_int;
}

thread_local! {
    /// Whether what the calling thread does with memory next is about the stack of std's handler, on a
    /// fiber.
    static IS_FOR_STACK: Cell<bool> = const { Cell::new(false) };
}

mod controlled {
    use super::*;

    /// `sigaltstack(2)`: 0, or -1 and the number of the error. On a fiber, that of the OS thread
    /// serves for all, and stays. But std is told that there is none, since it gives back only what
    /// it has got, and so tells when the program's code is over.
    pub(super) unsafe fn sigaltstack(new: *const stack_t, old: *mut stack_t) -> c_int {
        let is_on_fiber = call::is_on_fiber();
        // SAFETY: the caller promises that it may be read, if it is there.
        match unsafe { new.as_ref() } {
            None if is_on_fiber => {}
            Some(new) if new.ss_flags & libc::SS_DISABLE != 0 => call::give_up_stack(),
            _ => call::ask_for_stack(),
        }
        // Now it gets the memory, or gives it back.
        IS_FOR_STACK.set(is_on_fiber && call::is_aside());
        if !is_on_fiber {
            // SAFETY: as the caller promises.
            return unsafe { real::sigaltstack(new, old) };
        }
        if !old.is_null() {
            let none = stack_t {
                ss_sp: ptr::null_mut(),
                ss_flags: libc::SS_DISABLE,
                ss_size: 0,
            };
            // SAFETY: the caller promises that it may be written.
            unsafe { *old = none };
        }
        0
    }

    /// `mmap(2)`: an address. What std gets on a fiber is never used, so it is no memory.
    pub(super) unsafe fn mmap64(
        address: *mut c_void,
        size: size_t,
        protection: c_int,
        flags: c_int,
        file: c_int,
        offset: off64_t,
    ) -> *mut c_void {
        /// A multiple of every size of pages.
        const NOWHERE: usize = 1 << 20;
        if IS_FOR_STACK.get() {
            return ptr::without_provenance_mut(NOWHERE);
        }
        // SAFETY: as the caller promises.
        unsafe { real::mmap64(address, size, protection, flags, file, offset) }
    }

    /// `mprotect(2)`: 0, or -1 and the number of the error.
    pub(super) unsafe fn mprotect(address: *mut c_void, size: size_t, protection: c_int) -> c_int {
        if IS_FOR_STACK.get() {
            return 0;
        }
        // SAFETY: as the caller promises.
        unsafe { real::mprotect(address, size, protection) }
    }

    /// `munmap(2)`: 0, or -1 and the number of the error.
    pub(super) unsafe fn munmap(address: *mut c_void, size: size_t) -> c_int {
        if IS_FOR_STACK.take() {
            return 0;
        }
        memory::forget(address.addr(), size);
        // What comes to be there has no history.
        #[cfg(interlace)]
        memory::allocated(address.addr(), || size);
        // SAFETY: as the caller promises.
        unsafe { real::munmap(address, size) }
    }
}
