//! Locks of files: `flock`, and `fcntl` with `F_SETLKW` or `F_OFD_SETLKW`.
//!
//! flock(2), fcntl(2): 0, or -1. A lock is only tried, and who finds it taken waits until it could
//! be had. `fcntl` takes three arguments at most, and callers of the variadic one pass them alike.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use libc::c_int;

use super::super::errno::last;
use super::kind::kind;
use super::{object, wait_until};
use crate::operation::SystemCall;

interpose! {
    sleeps fn flock(file: c_int, operation: c_int) -> c_int;
    sleeps fn fcntl(file: c_int, command: c_int, argument: usize) -> c_int;
    sleeps fn fcntl64(file: c_int, command: c_int, argument: usize) -> c_int;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn flock(file: c_int, operation: c_int) -> c_int {
        // SAFETY: as the caller promises.
        let attempt = || unsafe { real::flock(file, operation | libc::LOCK_NB) };
        let may_wait = operation & libc::LOCK_NB == 0;
        retry(file, SystemCall::Lock, may_wait, attempt, || {
            is_free(file, operation)
        })
    }

    pub(super) unsafe fn fcntl(file: c_int, command: c_int, argument: usize) -> c_int {
        let (try_lock, ask) = match command {
            libc::F_SETLKW => (libc::F_SETLK, libc::F_GETLK),
            libc::F_OFD_SETLKW => (libc::F_OFD_SETLK, libc::F_OFD_GETLK),
            // SAFETY: as the caller promises.
            _ => return unsafe { real::fcntl(file, command, argument) },
        };
        // SAFETY: the caller promises a lock, which is only read.
        let attempt = || unsafe { real::fcntl(file, try_lock, argument) };
        // SAFETY: as above.
        let is_free = || unsafe { is_range_free(file, ask, argument) };
        retry(file, SystemCall::LockRange, true, attempt, is_free)
    }

    /// The same where files may be large, as they all may on 64-bit systems.
    pub(super) unsafe fn fcntl64(file: c_int, command: c_int, argument: usize) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { fcntl(file, command, argument) }
    }
}

fn retry(
    file: c_int,
    call: SystemCall,
    may_wait: bool,
    attempt: impl Fn() -> c_int,
    mut is_free: impl FnMut() -> bool,
) -> c_int {
    loop {
        let result = attempt();
        let is_taken = result != 0 && matches!(last(), libc::EAGAIN | libc::EACCES);
        if !is_taken || !may_wait {
            return result;
        }
        wait_until(object(file), (call, kind(file)), None, &mut is_free);
    }
}

/// Whether the lock of a file could be had. It belongs to who has opened the file, so it can be
/// tried by opening it anew: a lock that is got is given back at once. A thread that waits to
/// change its lock has given the old one back already. See flock(2).
fn is_free(file: c_int, operation: c_int) -> bool {
    let Ok(anew) = File::open(format!("/proc/self/fd/{file}")) else {
        return true;
    };
    let kind = operation & (libc::LOCK_SH | libc::LOCK_EX);
    // SAFETY: the file is open, and the call does not wait.
    let result = unsafe { real::flock(anew.as_raw_fd(), kind | libc::LOCK_NB) };
    result == 0 || last() != libc::EAGAIN
}

/// Whether the lock of a part of a file could be had: the kernel answers that without taking it.
///
/// # Safety
///
/// `lock` is the address of a lock.
unsafe fn is_range_free(file: c_int, ask: c_int, lock: usize) -> bool {
    // SAFETY: as the caller promises.
    let mut lock = unsafe { std::ptr::with_exposed_provenance::<libc::flock>(lock).read() };
    let place = (&raw mut lock).expose_provenance();
    // SAFETY: the call changes nothing but the copy.
    let result = unsafe { real::fcntl(file, ask, place) };
    result != 0 || c_int::from(lock.l_type) == libc::F_UNLCK
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file for locks, opened twice, which is deleted already.
    fn lock_file(name: &str) -> (File, File) {
        let path = std::env::temp_dir().join(format!("interlace-{}-{name}", std::process::id()));
        let one = File::create(&path).unwrap();
        let other = File::options().write(true).open(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        (one, other)
    }

    #[test]
    fn a_file_lock_is_free_for_those_who_may_share_it() {
        let (one, other) = lock_file("system-whole");
        let free = || [libc::LOCK_SH, libc::LOCK_EX].map(|it| is_free(other.as_raw_fd(), it));
        assert_eq!(free(), [true, true]);
        let lock = |operation| {
            // SAFETY: the file is open.
            let result = unsafe { real::flock(one.as_raw_fd(), operation) };
            assert_eq!(result, 0);
        };
        lock(libc::LOCK_SH);
        assert_eq!(free(), [true, false]);
        lock(libc::LOCK_UN);
        lock(libc::LOCK_EX);
        assert_eq!(free(), [false, false]);
        drop(one);
        assert_eq!(free(), [true, true]);
    }

    #[test]
    fn a_lock_of_a_part_of_a_file_is_in_the_way_of_that_part() {
        let (one, other) = lock_file("system-part");
        let lock = |l_start| libc::flock {
            l_type: libc::c_short::try_from(libc::F_WRLCK).unwrap(),
            l_whence: 0,
            l_start,
            l_len: 10,
            l_pid: 0,
        };
        let mut taken = lock(5);
        let address = (&raw mut taken).expose_provenance();
        // SAFETY: the lock lives longer than the call.
        let result = unsafe { real::fcntl(one.as_raw_fd(), libc::F_OFD_SETLK, address) };
        assert_eq!(result, 0);
        let is_free = |mut lock: libc::flock| {
            let address = (&raw mut lock).expose_provenance();
            // SAFETY: the lock lives longer than the call.
            unsafe { is_range_free(other.as_raw_fd(), libc::F_OFD_GETLK, address) }
        };
        assert!(!is_free(lock(0)) && !is_free(lock(14)) && is_free(lock(15)));
    }
}
