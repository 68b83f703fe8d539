//! `connect`.
//!
//! connect(2): 0, or -1. A call that would sleep is made without blocking, and then waited for: the
//! socket can be written to when it is connected or has failed, and `SO_ERROR` tells which.

use libc::{c_int, sockaddr, socklen_t};

use super::super::errno::{fail, last};
use super::lock::real::fcntl;
use super::{is_blocking, wait_for_events};
use crate::engine::call;
use crate::operation::SystemCall;

interpose! {
    sleeps fn connect(file: c_int, to: *const sockaddr, length: socklen_t) -> c_int;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn connect(file: c_int, to: *const sockaddr, length: socklen_t) -> c_int {
        if !is_blocking(file) {
            // SAFETY: as the caller promises.
            return unsafe { real::connect(file, to, length) };
        }
        loop {
            // SAFETY: as the caller promises.
            let result = without_blocking(file, || unsafe { real::connect(file, to, length) });
            match last() {
                _ if result == 0 => return 0,
                libc::EINPROGRESS | libc::EALREADY => break,
                // Too many wait for a local socket, and nothing tells when that is over.
                libc::EAGAIN => call::yield_now(),
                _ => return result,
            }
        }
        if !wait_for_events(file, libc::POLLOUT, SystemCall::Connect, libc::SO_SNDTIMEO) {
            return fail(libc::EINPROGRESS);
        }
        match error(file) {
            0 => 0,
            error => fail(error),
        }
    }
}

/// Makes a call while the file is non-blocking. This thread has the turn meanwhile.
fn without_blocking(file: c_int, call: impl FnOnce() -> c_int) -> c_int {
    let set = |flags: c_int| {
        // SAFETY: it changes nothing but the flags of an open file.
        unsafe { fcntl(file, libc::F_SETFL, usize::try_from(flags).unwrap_or(0)) };
    };
    // SAFETY: it only reads the flags.
    let flags = unsafe { fcntl(file, libc::F_GETFL, 0) };
    set(flags | libc::O_NONBLOCK);
    let result = call();
    let error = last();
    set(flags);
    if result < 0 { fail(error) } else { result }
}

/// The error of a socket, or 0, which asking for it clears.
fn error(socket: c_int) -> c_int {
    let mut error: c_int = 0;
    let mut size = libc::socklen_t::try_from(size_of_val(&error)).unwrap_or(0);
    let (level, place) = (libc::SOL_SOCKET, (&raw mut error).cast());
    // SAFETY: the error and its size live longer than the call, which writes no more than that.
    match unsafe { libc::getsockopt(socket, level, libc::SO_ERROR, place, &raw mut size) } {
        0 => error,
        _ => last(),
    }
}
