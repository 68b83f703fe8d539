//! Stands between std and the C library in the unit tests: the thread that asked for it is unwound
//! where it would wait.
//!
//! Goes away as soon as the library defines these symbols itself: [`unwinding_at_waits`] is all that
//! the tests use.

use std::cell::Cell;
use std::ffi::{CStr, c_int, c_long, c_void};
use std::mem;
use std::sync::atomic::{AtomicU32, Ordering};

use super::super::unwind_past;
use crate::engine::flag;

thread_local! {
    static UNWINDS_AT_WAITS: Cell<bool> = const { Cell::new(false) };
    static WAITS: Cell<usize> = const { Cell::new(0) };
}

/// Runs `body`, and unwinds the calling thread at each call of std that would wait.
pub(super) fn unwinding_at_waits<T>(body: impl FnOnce() -> T) -> T {
    flag::with(&UNWINDS_AT_WAITS, true, body)
}

/// How often the calling thread was to be unwound.
pub(super) fn waits() -> usize {
    WAITS.get()
}

/// Unwinds the calling thread from above the function with the local variable `hook`, which waits
/// at `word`.
fn at_wait(hook: *const (), word: Option<&AtomicU32>) {
    WAITS.set(WAITS.get() + 1);
    // SAFETY: these tests only call std, through the functions below.
    unsafe { unwind_past(hook, word) }
}

type Syscall = unsafe extern "C" fn(c_long, usize, usize, usize, usize, usize, usize) -> c_long;
type Join = unsafe extern "C" fn(libc::pthread_t, *mut *mut c_void) -> c_int;

/// The function of the C library that one of these stands before.
fn next(name: &CStr) -> *mut c_void {
    // SAFETY: the name ends with a zero.
    let function = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    assert!(!function.is_null(), "{name:?}");
    function
}

#[unsafe(no_mangle)]
unsafe extern "C" fn syscall(
    number: c_long,
    word: usize,
    operation: usize,
    value: usize,
    timeout: usize,
    other: usize,
    mask: usize,
) -> c_long {
    const WAIT: usize = (libc::FUTEX_WAIT_BITSET | libc::FUTEX_PRIVATE_FLAG) as usize;
    if UNWINDS_AT_WAITS.get() && number == libc::SYS_futex && operation == WAIT {
        // SAFETY: the caller waits at a word of its own.
        let word = unsafe { AtomicU32::from_ptr(word as *mut u32) };
        if word.load(Ordering::SeqCst) as usize == value {
            let here = 0_u8;
            at_wait((&raw const here).cast(), Some(word));
        }
    }
    // SAFETY: it is that function, and the arguments are those of the caller.
    unsafe {
        let next: Syscall = mem::transmute(next(c"syscall"));
        next(number, word, operation, value, timeout, other, mask)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_join(thread: libc::pthread_t, result: *mut *mut c_void) -> c_int {
    if UNWINDS_AT_WAITS.get() {
        // SAFETY: the caller is about to join it, so it has not been joined, and will not be.
        unsafe { libc::pthread_detach(thread) };
        let here = 0_u8;
        at_wait((&raw const here).cast(), None);
    }
    // SAFETY: as above.
    unsafe {
        let next: Join = mem::transmute(next(c"pthread_join"));
        next(thread, result)
    }
}
