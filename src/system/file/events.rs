//! Waiting for one of several files: `poll`, `ppoll`, `epoll_wait`, `epoll_pwait`.
//!
//! poll(2), `epoll_wait(2)`: how many files are ready, 0 after the time-out, or -1. The set of signals
//! is not changed while a thread waits in the model, where no signal ends a wait.

use std::time::Duration;

use libc::{c_int, epoll_event, nfds_t, pollfd, sigset_t, size_t, timespec};

use super::super::deadline::{from_millis, from_timespec};
use super::super::errno::fail;
use super::{is_ready, outside, wait_until};
use crate::engine::call;
use crate::engine::outside::PollEntry;
use crate::operation::{FileKind, SystemCall};

interpose! {
    noted fn poll(files: *mut pollfd, count: nfds_t, millis: c_int) -> c_int;
    sleeps fn __poll_chk(files: *mut pollfd, count: nfds_t, millis: c_int, room: size_t) -> c_int;
    sleeps fn ppoll(files: *mut pollfd, count: nfds_t, time: *const timespec, signals: *const sigset_t) -> c_int;
    noted fn epoll_wait(epoll: c_int, events: *mut epoll_event, count: c_int, millis: c_int) -> c_int;
    sleeps fn epoll_pwait(epoll: c_int, events: *mut epoll_event, count: c_int, millis: c_int, signals: *const sigset_t) -> c_int;
}

mod uncontrolled {
    use super::*;

    pub(super) unsafe fn poll(files: *mut pollfd, count: nfds_t, millis: c_int) -> c_int {
        // SAFETY: as the caller promises.
        let poll = || unsafe { real::poll(files, count, millis) };
        if millis == 0 || files.is_null() {
            return poll();
        }
        let length = usize::try_from(count).unwrap_or(0);
        // SAFETY: the caller promises that many files.
        let files = unsafe { std::slice::from_raw_parts(files, length) };
        let entries = files.iter().map(|it| PollEntry::new(it.fd, it.events));
        outside::awaiting_files(&Vec::from_iter(entries), millis > 0, poll)
    }

    /// Waits for the events in poll(2), which does not take them.
    pub(super) unsafe fn epoll_wait(
        epoll: c_int,
        events: *mut epoll_event,
        count: c_int,
        millis: c_int,
    ) -> c_int {
        if millis != 0 {
            let mut entry = pollfd {
                fd: epoll,
                events: libc::POLLIN,
                revents: 0,
            };
            // SAFETY: one entry is there.
            let poll = || unsafe { real::poll(&raw mut entry, 1, millis) };
            let result = outside::awaiting_file(epoll, libc::POLLIN, millis > 0, poll);
            if result < 0 {
                return result;
            }
        }
        // SAFETY: as the caller promises.
        unsafe { real::epoll_wait(epoll, events, count, 0) }
    }
}

mod controlled {
    use super::*;

    pub(super) unsafe fn poll(files: *mut pollfd, count: nfds_t, millis: c_int) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { poll_for(files, count, from_millis(millis)) }
    }

    pub(super) unsafe fn __poll_chk(
        files: *mut pollfd,
        count: nfds_t,
        millis: c_int,
        room: size_t,
    ) -> c_int {
        // SAFETY: as the caller promises; the first ends the process if there is not enough room,
        // and does not wait.
        unsafe {
            real::__poll_chk(files, count, 0, room);
            poll_for(files, count, from_millis(millis))
        }
    }

    pub(super) unsafe fn ppoll(
        files: *mut pollfd,
        count: nfds_t,
        time: *const timespec,
        _: *const sigset_t,
    ) -> c_int {
        if time.is_null() {
            // SAFETY: as the caller promises.
            return unsafe { poll_for(files, count, None) };
        }
        // SAFETY: the caller promises a time, and files.
        match from_timespec(unsafe { *time }) {
            // SAFETY: as above.
            Some(length) => unsafe { poll_for(files, count, Some(length)) },
            None => fail(libc::EINVAL),
        }
    }

    pub(super) unsafe fn epoll_wait(
        epoll: c_int,
        events: *mut epoll_event,
        count: c_int,
        millis: c_int,
    ) -> c_int {
        let place = (SystemCall::WaitForEvents, FileKind::Epoll);
        wait_for(place, from_millis(millis), &mut || {
            is_ready(epoll, libc::POLLIN)
        });
        // SAFETY: as the caller promises.
        unsafe { real::epoll_wait(epoll, events, count, 0) }
    }

    pub(super) unsafe fn epoll_pwait(
        epoll: c_int,
        events: *mut epoll_event,
        count: c_int,
        millis: c_int,
        _: *const sigset_t,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { epoll_wait(epoll, events, count, millis) }
    }
}

/// Waits for so long, or for ever, unless it is to return at once.
pub(super) fn wait_for(
    place: (SystemCall, FileKind),
    length: Option<Duration>,
    is_ready: &mut dyn FnMut() -> bool,
) {
    if length != Some(Duration::ZERO) && !is_ready() {
        let deadline = length.map(|length| call::now().saturating_add(length));
        wait_until(usize::MAX, place, deadline, is_ready);
    }
}

unsafe fn poll_for(files: *mut pollfd, count: nfds_t, length: Option<Duration>) -> c_int {
    // SAFETY: the caller promises that many files, which stay where they are while it waits; the
    // call does not wait, and what it writes is written once more below.
    let ask = || unsafe { real::poll(files, count, 0) };
    let kind = if count == 1 && !files.is_null() {
        // SAFETY: as above.
        super::kind::kind(unsafe { (*files).fd })
    } else {
        FileKind::Set
    };
    wait_for((SystemCall::Poll, kind), length, &mut || ask() != 0);
    ask()
}
