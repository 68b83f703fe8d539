//! Taking in: `read`, `readv`, `recv`, `recvfrom`, `recvmsg`, `accept`, `accept4`.
//!
//! read(2), readv(2), recv(2): the number of bytes, or -1; accept(2): a new file, or -1. What a
//! thread waits for has come when poll(2) says `POLLIN`: input, the end of it, or an error. One that
//! asks for a full buffer (`MSG_WAITALL`) sleeps in the kernel for the rest.

use libc::{c_int, c_void, iovec, msghdr, size_t, sockaddr, socklen_t, ssize_t};

use super::super::errno::{fail, fail_size};
use super::wait_for_events;
use crate::operation::SystemCall;

interpose! {
    reads fn read(file: c_int, buffer: *mut c_void, size: size_t) -> ssize_t;
    reads fn __read_chk(file: c_int, buffer: *mut c_void, size: size_t, room: size_t) -> ssize_t;
    reads fn readv(file: c_int, parts: *const iovec, count: c_int) -> ssize_t;
    reads fn recv(file: c_int, buffer: *mut c_void, size: size_t, flags: c_int) -> ssize_t;
    reads fn __recv_chk(file: c_int, buffer: *mut c_void, size: size_t, room: size_t, flags: c_int) -> ssize_t;
    reads fn recvfrom(file: c_int, buffer: *mut c_void, size: size_t, flags: c_int, from: *mut sockaddr, length: *mut socklen_t) -> ssize_t;
    reads fn recvmsg(file: c_int, message: *mut msghdr, flags: c_int) -> ssize_t;
    reads fn accept(file: c_int, from: *mut sockaddr, length: *mut socklen_t) -> c_int;
    reads fn accept4(file: c_int, from: *mut sockaddr, length: *mut socklen_t, flags: c_int) -> c_int;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn read(file: c_int, buffer: *mut c_void, size: size_t) -> ssize_t {
        if !wait_for_input(file, SystemCall::Read, 0) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::read(file, buffer, size) }
    }

    pub(super) unsafe fn __read_chk(
        file: c_int,
        buffer: *mut c_void,
        size: size_t,
        room: size_t,
    ) -> ssize_t {
        if !wait_for_input(file, SystemCall::Read, 0) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises; it ends the process if there is not enough room.
        unsafe { real::__read_chk(file, buffer, size, room) }
    }

    pub(super) unsafe fn readv(file: c_int, parts: *const iovec, count: c_int) -> ssize_t {
        if !wait_for_input(file, SystemCall::Read, 0) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::readv(file, parts, count) }
    }

    pub(super) unsafe fn recv(
        file: c_int,
        buffer: *mut c_void,
        size: size_t,
        flags: c_int,
    ) -> ssize_t {
        if !wait_for_input(file, SystemCall::Receive, flags) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::recv(file, buffer, size, flags) }
    }

    pub(super) unsafe fn __recv_chk(
        file: c_int,
        buffer: *mut c_void,
        size: size_t,
        room: size_t,
        flags: c_int,
    ) -> ssize_t {
        if !wait_for_input(file, SystemCall::Receive, flags) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises; it ends the process if there is not enough room.
        unsafe { real::__recv_chk(file, buffer, size, room, flags) }
    }

    pub(super) unsafe fn recvfrom(
        file: c_int,
        buffer: *mut c_void,
        size: size_t,
        flags: c_int,
        from: *mut sockaddr,
        length: *mut socklen_t,
    ) -> ssize_t {
        if !wait_for_input(file, SystemCall::Receive, flags) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::recvfrom(file, buffer, size, flags, from, length) }
    }

    pub(super) unsafe fn recvmsg(file: c_int, message: *mut msghdr, flags: c_int) -> ssize_t {
        if !wait_for_input(file, SystemCall::Receive, flags) {
            return fail_size(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::recvmsg(file, message, flags) }
    }

    pub(super) unsafe fn accept(file: c_int, from: *mut sockaddr, length: *mut socklen_t) -> c_int {
        if !wait_for_input(file, SystemCall::Accept, 0) {
            return fail(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::accept(file, from, length) }
    }

    pub(super) unsafe fn accept4(
        file: c_int,
        from: *mut sockaddr,
        length: *mut socklen_t,
        flags: c_int,
    ) -> c_int {
        if !wait_for_input(file, SystemCall::Accept, 0) {
            return fail(libc::EAGAIN);
        }
        // SAFETY: as the caller promises.
        unsafe { real::accept4(file, from, length, flags) }
    }
}

/// Waits until there is input. Returns false if the time-out of the socket has passed.
fn wait_for_input(file: c_int, call: SystemCall, flags: c_int) -> bool {
    // Errors of the socket are no input, and who asks for them never waits.
    let never_waits = flags & (libc::MSG_DONTWAIT | libc::MSG_ERRQUEUE) != 0;
    let is_urgent = flags & libc::MSG_OOB != 0;
    let events = if is_urgent {
        libc::POLLPRI
    } else {
        libc::POLLIN
    };
    never_waits || wait_for_events(file, events, call, libc::SO_RCVTIMEO)
}
