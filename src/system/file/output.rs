//! Giving out: `write`, `writev`, `send`, `sendto`, `sendmsg`.
//!
//! write(2), send(2): the number of bytes, or -1. A blocking call returns when all is written. The
//! kernel would sleep in the middle of it, so it is made in pieces, none of which does.

use libc::{c_int, c_void, iovec, msghdr, size_t, sockaddr, socklen_t, ssize_t};

use super::super::errno::{fail_size, last};
use super::kind::file_type;
use super::{is_blocking, is_ready, wait_for_events};
use crate::engine::call;
use crate::operation::SystemCall;

interpose! {
    sleeps fn write(file: c_int, buffer: *const c_void, size: size_t) -> ssize_t;
    sleeps fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t;
    sleeps fn send(file: c_int, buffer: *const c_void, size: size_t, flags: c_int) -> ssize_t;
    sleeps fn sendto(file: c_int, buffer: *const c_void, size: size_t, flags: c_int, to: *const sockaddr, length: socklen_t) -> ssize_t;
    sleeps fn sendmsg(file: c_int, message: *const msghdr, flags: c_int) -> ssize_t;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn write(file: c_int, buffer: *const c_void, size: size_t) -> ssize_t {
        // SAFETY: as the caller promises.
        unsafe {
            match file_type(file) {
                _ if !is_blocking(file) => real::write(file, buffer, size),
                libc::S_IFSOCK => send(file, buffer, size, 0),
                libc::S_IFIFO => write_pieces(file, buffer, size),
                _ => {
                    wait_for_events(file, libc::POLLOUT, SystemCall::Write, libc::SO_SNDTIMEO);
                    real::write(file, buffer, size)
                }
            }
        }
    }

    /// May write less than all into a socket or pipe, as after a signal.
    pub(super) unsafe fn writev(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
        // SAFETY: the caller promises that many parts.
        unsafe {
            match (is_blocking(file), usize::try_from(count), file_type(file)) {
                (true, Ok(count), libc::S_IFSOCK) => {
                    let mut message: msghdr = std::mem::zeroed();
                    message.msg_iov = parts.cast_mut();
                    message.msg_iovlen = count;
                    sendmsg(file, &raw const message, 0)
                }
                (true, Ok(count), libc::S_IFIFO) if count > 0 && !parts.is_null() => {
                    let parts = std::slice::from_raw_parts(parts, count);
                    let first = parts
                        .iter()
                        .find(|part| part.iov_len > 0)
                        .unwrap_or(&parts[0]);
                    write(file, first.iov_base, first.iov_len)
                }
                _ => real::writev(file, parts, count),
            }
        }
    }

    pub(super) unsafe fn send(
        file: c_int,
        buffer: *const c_void,
        size: size_t,
        flags: c_int,
    ) -> ssize_t {
        // SAFETY: as the caller promises.
        unsafe { sendto(file, buffer, size, flags, std::ptr::null(), 0) }
    }

    pub(super) unsafe fn sendto(
        file: c_int,
        buffer: *const c_void,
        size: size_t,
        flags: c_int,
        to: *const sockaddr,
        length: socklen_t,
    ) -> ssize_t {
        in_pieces(size, |done| {
            // SAFETY: the caller promises the whole buffer, of which this is the rest.
            send_without_sleep(file, flags, |flags| unsafe {
                real::sendto(file, buffer.byte_add(done), size - done, flags, to, length)
            })
        })
    }

    /// May send less than all into a stream, as after a signal.
    pub(super) unsafe fn sendmsg(file: c_int, message: *const msghdr, flags: c_int) -> ssize_t {
        // SAFETY: as the caller promises.
        send_without_sleep(file, flags, |flags| unsafe {
            real::sendmsg(file, message, flags)
        })
    }
}

/// Sends when the socket takes something. If it says that it is ready and takes nothing, as one for
/// datagrams may, others go first.
fn send_without_sleep(file: c_int, flags: c_int, send: impl Fn(c_int) -> ssize_t) -> ssize_t {
    let never_waits = flags & libc::MSG_DONTWAIT != 0 || !is_blocking(file);
    loop {
        let result = send(flags | libc::MSG_DONTWAIT);
        if result >= 0 || last() != libc::EAGAIN || never_waits {
            return result;
        }
        if is_ready(file, libc::POLLOUT) {
            call::yield_now();
        } else if !wait_for_events(file, libc::POLLOUT, SystemCall::Send, libc::SO_SNDTIMEO) {
            return fail_size(libc::EAGAIN);
        }
    }
}

/// Writes into a pipe. When it is ready there is room for `PIPE_BUF` bytes; see pipe(7).
unsafe fn write_pieces(file: c_int, buffer: *const c_void, size: size_t) -> ssize_t {
    in_pieces(size, |done| {
        wait_for_events(file, libc::POLLOUT, SystemCall::Write, libc::SO_SNDTIMEO);
        let piece = (size - done).min(libc::PIPE_BUF);
        // SAFETY: the caller promises the whole buffer, of which this is a part.
        unsafe { real::write(file, buffer.byte_add(done), piece) }
    })
}

/// Calls `put` with what is done until `size` bytes are, or it fails: then what is done counts.
fn in_pieces(size: size_t, put: impl Fn(size_t) -> ssize_t) -> ssize_t {
    let mut done = 0;
    loop {
        match put(done) {
            failed if failed < 0 && done == 0 => return failed,
            failed if failed < 0 => break,
            more => done += usize::try_from(more).unwrap_or(0),
        }
        if done >= size {
            break;
        }
    }
    ssize_t::try_from(done).unwrap_or(ssize_t::MAX)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn pieces_are_put_until_all_is_done_or_one_fails() {
        let starts: RefCell<Vec<usize>> = RefCell::default();
        let put = |done: usize| {
            starts.borrow_mut().push(done);
            if done == 8 { -1 } else { 4 }
        };
        assert_eq!(in_pieces(8, put), 8);
        assert_eq!(in_pieces(20, put), 8, "the third fails");
        assert_eq!(*starts.borrow(), [0, 4, 0, 4, 8]);
        assert_eq!(in_pieces(20, |_| -1), -1);
        assert_eq!(in_pieces(0, |_| 0), 0);
    }
}
