//! How calls of C say that they failed.

use libc::c_int;

/// Sets `errno` of the calling thread, and returns -1. See errno(3).
pub(super) fn fail(error: c_int) -> c_int {
    // SAFETY: it is the address of the thread's `errno`, which lives as long as the thread.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// As [`fail`], for calls that return a size.
pub(super) fn fail_size(error: c_int) -> isize {
    fail(error);
    -1
}

/// What the last failed call of this thread has set.
pub(super) fn last() -> c_int {
    // SAFETY: as above.
    unsafe { *libc::__errno_location() }
}
