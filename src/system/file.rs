//! Calls on files, pipes and sockets that may sleep: whether one would is asked before it is made.
//!
//! A call on a file that is non-blocking never sleeps, and is passed on.

mod connect;
mod events;
mod input;
mod kind;
mod lock;
mod output;
mod select;

use std::time::Duration;

use libc::{c_int, c_short};

use super::deadline::from_timeval;
use super::outside;
use crate::engine::call::{self, WaitEnd};
use crate::memory;
use crate::operation::{FileKind, SystemCall};

/// Waits until a call on `file` would not sleep, which poll(2) tells by `events`: at once if the
/// file is non-blocking, as the call itself then says. Returns false if the socket has a time-out
/// (`SO_RCVTIMEO` or `SO_SNDTIMEO`, given as `time_out`), and it has passed.
fn wait_for_events(file: c_int, events: c_short, call: SystemCall, time_out: c_int) -> bool {
    if is_ready(file, events) || !is_blocking(file) {
        memory::heard_from_outside();
        return true;
    }
    let deadline = socket_time_out(file, time_out).map(|length| call::now() + length);
    let place = (call, kind::kind(file));
    wait_until(object(file), place, deadline, &mut || {
        is_ready(file, events)
    })
}

/// Waits until `is_ready`, or the deadline: then returns false.
fn wait_until(
    object: usize,
    place: (SystemCall, FileKind),
    deadline: Option<Duration>,
    is_ready: &mut dyn FnMut() -> bool,
) -> bool {
    while !is_ready() {
        if call::await_ready(object, place, deadline, is_ready) == WaitEnd::TimedOut {
            return false;
        }
    }
    memory::heard_from_outside();
    true
}

/// Has the calling thread, which no run controls, wait until a call on `file` would not sleep, which
/// poll(2) tells by `events`: what it waits for is noted meanwhile. The call itself, which takes
/// something, is made when the thread counts as awake.
pub(super) fn wait_outside(file: c_int, events: c_short, time_out: c_int) {
    if is_ready(file, events) || !is_blocking(file) {
        return;
    }
    let length = socket_time_out(file, time_out);
    let millis = length.and_then(|length| c_int::try_from(length.as_millis()).ok());
    let mut entry = libc::pollfd {
        fd: file,
        events,
        revents: 0,
    };
    // SAFETY: one entry is there.
    let poll = || unsafe { events::real::poll(&raw mut entry, 1, millis.unwrap_or(-1)) };
    outside::awaiting_file(file, events, millis.is_some(), poll);
}

/// What tells a file from others, and from locks, which have addresses.
fn object(file: c_int) -> usize {
    usize::MAX - usize::try_from(file).unwrap_or(0)
}

/// Whether a file has one of the events, or an error that the call will give.
fn is_ready(fd: c_int, events: c_short) -> bool {
    let mut entry = libc::pollfd {
        fd,
        events,
        revents: 0,
    };
    // SAFETY: one entry is there, and it does not wait.
    unsafe { events::real::poll(&raw mut entry, 1, 0) != 0 }
}

/// Whether calls on a file may sleep.
fn is_blocking(file: c_int) -> bool {
    // SAFETY: it only reads the flags of the file, or fails.
    let flags = unsafe { lock::real::fcntl(file, libc::F_GETFL, 0) };
    flags >= 0 && flags & libc::O_NONBLOCK == 0
}

/// After how long calls on a socket end by themselves. `None` for never, and for other files.
fn socket_time_out(socket: c_int, which: c_int) -> Option<Duration> {
    let mut time = libc::timeval {
        tv_sec: 0,
        tv_usec: 0,
    };
    let mut size = libc::socklen_t::try_from(size_of_val(&time)).ok()?;
    let place = (&raw mut time).cast();
    // SAFETY: the time and its size live longer than the call, which writes no more than that.
    let result = unsafe { libc::getsockopt(socket, libc::SOL_SOCKET, which, place, &raw mut size) };
    from_timeval(time).filter(|length| result == 0 && !length.is_zero())
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _, pipe};
    use std::os::fd::AsRawFd as _;
    use std::os::unix::net::UnixStream;

    use super::*;

    #[test]
    fn a_pipe_is_ready_when_it_was_written_to_and_when_nobody_can_any_more() {
        let (mut reader, mut writer) = pipe().unwrap();
        let has_input = |reader: &std::io::PipeReader| is_ready(reader.as_raw_fd(), libc::POLLIN);
        assert!(!has_input(&reader) && is_blocking(reader.as_raw_fd()));
        writer.write_all(b"x").unwrap();
        // Asking takes nothing.
        assert!(has_input(&reader) && has_input(&reader));
        reader.read_exact(&mut [0]).unwrap();
        assert!(!has_input(&reader));
        assert!(is_ready(writer.as_raw_fd(), libc::POLLOUT));
        drop(writer);
        assert!(has_input(&reader));
    }

    #[test]
    fn only_a_socket_has_a_time_out_and_only_where_one_was_set() {
        let (one, _other) = UnixStream::pair().unwrap();
        let of = |which| socket_time_out(one.as_raw_fd(), which);
        assert_eq!(of(libc::SO_RCVTIMEO), None);
        one.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        assert_eq!(of(libc::SO_RCVTIMEO), Some(Duration::from_secs(1)));
        assert_eq!(of(libc::SO_SNDTIMEO), None);
        one.set_nonblocking(true).unwrap();
        assert!(!is_blocking(one.as_raw_fd()));
        let (reader, _writer) = pipe().unwrap();
        assert_eq!(socket_time_out(reader.as_raw_fd(), libc::SO_RCVTIMEO), None);
        // A number that no file has: the call itself says so.
        assert!(!is_blocking(-1) && is_ready(i32::MAX, libc::POLLIN));
    }
}
