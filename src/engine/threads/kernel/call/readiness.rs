//! Whether a call that a thread sleeps in would go on by now, asked without taking anything.

#![allow(unsafe_code)]

use std::fs;
use std::io::{self, ErrorKind};
use std::mem;
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use libc::{c_int, c_short};

use super::super::memory::read_memory;
use super::Awaited;
use crate::operation::FileKind;

/// A `poll` of more files is not looked into.
const MAX_FILES: u64 = 1024;

/// An open file, as its process knows it: no two that are open are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super::super) enum File {
    Inode {
        device: u64,
        number: u64,
    },
    /// One of those that have no inode of their own.
    Descriptor(c_int),
}

impl Awaited {
    /// Whether only an event ends the wait, and it can be asked whether that has come.
    pub(super) fn is_lasting(self) -> bool {
        let are_all = |is_one: fn(FileKind) -> bool| {
            self.files()
                .is_some_and(|files| files.iter().all(|file| is_one(file.0)))
        };
        match self {
            Awaited::Input(file) => match look(file) {
                Some((FileKind::Socket, _)) => !has_time_out(file, libc::SO_RCVTIMEO),
                Some((object, _)) => object != FileKind::File,
                None => false,
            },
            Awaited::Output(file) => match look(file) {
                Some((FileKind::Socket, _)) => !has_time_out(file, libc::SO_SNDTIMEO),
                Some((object, _)) => object == FileKind::Pipe,
                None => false,
            },
            Awaited::AnyOf { .. } => are_all(|object| object != FileKind::File),
            Awaited::Lock { .. } | Awaited::Range { .. } => {
                are_all(|object| object == FileKind::File)
            }
        }
    }

    /// Whether the call would not sleep now, or that cannot be asked any more.
    pub(super) fn is_ready(self) -> bool {
        match self {
            Awaited::Input(file) => are_ready(&mut [entry(file, libc::POLLIN)]),
            Awaited::Output(file) => are_ready(&mut [entry(file, libc::POLLOUT)]),
            Awaited::AnyOf { address, count } => {
                entries(address, count).is_none_or(|mut entries| are_ready(&mut entries))
            }
            Awaited::Lock { file, operation } => is_lock_free(file, operation),
            Awaited::Range { file, address } => is_range_free(file, address),
        }
    }

    /// The files that the call waits for, and what they are; nothing if one is not known.
    pub(super) fn files(self) -> Option<Vec<(FileKind, File)>> {
        match self {
            Awaited::Input(file)
            | Awaited::Output(file)
            | Awaited::Lock { file, .. }
            | Awaited::Range { file, .. } => look(file).map(|known| vec![known]),
            Awaited::AnyOf { address, count } => {
                let entries = entries(address, count)?;
                // The kernel leaves out those with a negative number.
                let there = entries.iter().map(|entry| entry.fd).filter(|fd| *fd >= 0);
                there.map(look).collect()
            }
        }
    }
}

/// What an open file is; nothing if it is none of which it is known what ends a wait.
fn look(file: c_int) -> Option<(FileKind, File)> {
    let path = format!("/proc/self/fd/{file}");
    let target = fs::read_link(&path).ok()?;
    // All of these share one inode.
    if target == Path::new("anon_inode:[eventfd]") {
        return Some((FileKind::Counter, File::Descriptor(file)));
    }
    if target == Path::new("anon_inode:[eventpoll]") {
        return watches_no_clock(file).then_some((FileKind::Epoll, File::Descriptor(file)));
    }
    let metadata = fs::metadata(&path).ok()?;
    let kind = metadata.file_type();
    let object = if kind.is_fifo() {
        FileKind::Pipe
    } else if kind.is_socket() {
        FileKind::Socket
    } else if target.is_absolute() && (kind.is_file() || kind.is_dir()) {
        FileKind::File
    } else {
        return None;
    };
    let (device, number) = (metadata.dev(), metadata.ino());
    Some((object, File::Inode { device, number }))
}

/// Whether calls on a socket end by themselves after some time.
fn has_time_out(socket: c_int, which: c_int) -> bool {
    // SAFETY: all zeros are a `timeval`; it and its size live longer than the call, which fills in
    // as many bytes at most.
    let (result, time) = unsafe {
        let mut time: libc::timeval = mem::zeroed();
        let mut size = libc::socklen_t::try_from(size_of_val(&time)).unwrap_or(0);
        let (place, size) = ((&raw mut time).cast(), &raw mut size);
        let result = libc::getsockopt(socket, libc::SOL_SOCKET, which, place, size);
        (result, time)
    };
    result != 0 || (time.tv_sec, time.tv_usec) != (0, 0)
}

/// Whether all that an epoll watches is known: a timer, above all, is none of it.
fn watches_no_clock(epoll: c_int) -> bool {
    let Ok(text) = fs::read_to_string(format!("/proc/self/fdinfo/{epoll}")) else {
        return false;
    };
    let watched = text.lines().filter_map(|line| line.strip_prefix("tfd:"));
    let mut files = watched.map(|rest| rest.split_ascii_whitespace().next()?.parse().ok());
    files.all(|file: Option<c_int>| file.and_then(look).is_some())
}

fn entry(fd: c_int, events: c_short) -> libc::pollfd {
    let revents = 0;
    libc::pollfd {
        fd,
        events,
        revents,
    }
}

/// What a call of `poll` asks, from the memory of this process.
fn entries(address: u64, count: u64) -> Option<Vec<libc::pollfd>> {
    let size = size_of::<libc::pollfd>();
    let count = usize::try_from(count).ok().filter(|_| count <= MAX_FILES)?;
    let mut bytes = vec![0; count * size];
    read_memory(address, &mut bytes)?;
    let entries = bytes.chunks_exact(size).map(|bytes| {
        let fd = c_int::from_ne_bytes(bytes.first_chunk().copied()?);
        let events = c_short::from_ne_bytes([bytes[4], bytes[5]]);
        Some(entry(fd, events))
    });
    entries.collect()
}

/// Whether one of the files is as is asked, or is not one any more.
fn are_ready(entries: &mut [libc::pollfd]) -> bool {
    let count = libc::nfds_t::try_from(entries.len()).unwrap_or(0);
    // SAFETY: so many entries are there, and it does not wait.
    unsafe { libc::poll(entries.as_mut_ptr(), count, 0) != 0 }
}

/// Whether the lock of a file could be had. It belongs to who has opened the file, so it can be
/// tried by opening it anew: a lock that is got is given back at once. A thread that waits to
/// change its lock has given the old one back already. See flock(2).
fn is_lock_free(file: c_int, operation: c_int) -> bool {
    let Ok(anew) = fs::File::open(format!("/proc/self/fd/{file}")) else {
        return true;
    };
    let kind = operation & (libc::LOCK_SH | libc::LOCK_EX);
    // SAFETY: the file is open, and the call does not wait.
    let result = unsafe { libc::flock(anew.as_raw_fd(), kind | libc::LOCK_NB) };
    result == 0 || io::Error::last_os_error().kind() != ErrorKind::WouldBlock
}

/// Whether the lock of a part of a file could be had: the kernel answers that without taking it.
fn is_range_free(file: c_int, address: u64) -> bool {
    let mut bytes = [0; size_of::<libc::flock>()];
    if read_memory(address, &mut bytes).is_none() {
        return true;
    }
    // SAFETY: a `flock` is numbers alone, of any value; and the call changes nothing but it.
    unsafe {
        let mut lock: libc::flock = mem::transmute(bytes);
        let result = libc::fcntl(file, libc::F_OFD_GETLK, &raw mut lock);
        result != 0 || c_int::from(lock.l_type) == libc::F_UNLCK
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _, pipe};
    use std::os::fd::FromRawFd as _;
    use std::os::unix::net::UnixStream;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_pipe_has_input_when_it_was_written_to_and_when_nobody_can_any_more() {
        let (mut reader, mut writer) = pipe().unwrap();
        let input = Awaited::Input(reader.as_raw_fd());
        assert!(input.is_lasting() && !input.is_ready());
        writer.write_all(b"x").unwrap();
        // Asking takes nothing.
        assert!(input.is_ready() && input.is_ready());
        reader.read_exact(&mut [0]).unwrap();
        assert!(!input.is_ready());
        let (output, ends) = (Awaited::Output(writer.as_raw_fd()), |it: Awaited| {
            it.files()
        });
        assert!(output.is_lasting() && output.is_ready());
        assert_eq!(ends(input), ends(output), "one pipe");
        drop(writer);
        assert!(input.is_ready());
    }

    #[test]
    fn a_socket_with_a_time_out_and_a_file_are_not_known() {
        let (one, other) = UnixStream::pair().unwrap();
        let (input, output) = (
            Awaited::Input(one.as_raw_fd()),
            Awaited::Output(one.as_raw_fd()),
        );
        assert!(input.is_lasting() && output.is_lasting());
        one.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
        assert!(!input.is_lasting() && output.is_lasting());
        one.set_write_timeout(Some(Duration::from_secs(1))).unwrap();
        assert!(!output.is_lasting());
        drop(other);
        let file = fs::File::open("Cargo.toml").unwrap();
        assert!(!Awaited::Input(file.as_raw_fd()).is_lasting());
    }

    /// A file for locks, which is deleted already.
    fn lock_file(name: &str) -> (fs::File, fs::File) {
        let path = std::env::temp_dir().join(format!("interlace-{}-{name}", std::process::id()));
        let one = fs::File::create(&path).unwrap();
        let other = fs::File::options().write(true).open(&path).unwrap();
        fs::remove_file(path).unwrap();
        (one, other)
    }

    #[test]
    fn a_file_lock_is_free_for_those_who_may_share_it() {
        let (one, other) = lock_file("whole");
        let file = other.as_raw_fd();
        let [shared, alone] =
            [libc::LOCK_SH, libc::LOCK_EX].map(|operation| Awaited::Lock { file, operation });
        assert!(shared.is_lasting() && alone.is_lasting());
        assert!(shared.is_ready() && alone.is_ready() && alone.is_ready());
        let lock = |operation| {
            // SAFETY: the file is open.
            let result = unsafe { libc::flock(one.as_raw_fd(), operation) };
            assert_eq!(result, 0);
        };
        lock(libc::LOCK_SH);
        assert!(shared.is_ready() && !alone.is_ready());
        lock(libc::LOCK_UN);
        lock(libc::LOCK_EX);
        assert!(!shared.is_ready() && !alone.is_ready());
        drop(one);
        assert!(alone.is_ready());
    }

    #[test]
    fn a_lock_of_a_part_of_a_file_is_in_the_way_of_that_part() {
        let (one, other) = lock_file("part");
        let lock = |l_start| libc::flock {
            l_type: libc::c_short::try_from(libc::F_WRLCK).unwrap(),
            l_whence: 0,
            l_start,
            l_len: 10,
            l_pid: 0,
        };
        let taken = lock(5);
        // SAFETY: the lock lives longer than the call.
        let result = unsafe { libc::fcntl(one.as_raw_fd(), libc::F_OFD_SETLK, &raw const taken) };
        assert_eq!(result, 0);
        let is_free = |lock: &libc::flock| {
            let (file, address) = (other.as_raw_fd(), (&raw const *lock).addr() as u64);
            Awaited::Range { file, address }.is_ready()
        };
        assert!(!is_free(&lock(0)) && !is_free(&lock(14)) && is_free(&lock(15)));
    }

    #[test]
    fn an_epoll_that_watches_a_timer_is_not_known() {
        let (reader, mut writer) = pipe().unwrap();
        // SAFETY: both calls make a file, which is owned from then on.
        let (epoll, timer) = unsafe {
            let epoll = libc::epoll_create1(libc::EPOLL_CLOEXEC);
            let timer = libc::timerfd_create(libc::CLOCK_MONOTONIC, libc::TFD_CLOEXEC);
            (fs::File::from_raw_fd(epoll), fs::File::from_raw_fd(timer))
        };
        let watch = |file: c_int| {
            let mut event = libc::epoll_event {
                events: libc::EPOLLIN.cast_unsigned(),
                u64: 0,
            };
            let (epoll, add) = (epoll.as_raw_fd(), libc::EPOLL_CTL_ADD);
            // SAFETY: the event lives longer than the call.
            let result = unsafe { libc::epoll_ctl(epoll, add, file, &raw mut event) };
            assert_eq!(result, 0);
        };
        let input = Awaited::Input(epoll.as_raw_fd());
        watch(reader.as_raw_fd());
        assert!(input.is_lasting() && !input.is_ready());
        writer.write_all(b"x").unwrap();
        assert!(input.is_ready());
        watch(timer.as_raw_fd());
        assert!(!input.is_lasting());
    }
}
