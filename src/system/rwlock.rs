//! Locks of C code for readers and writers: `pthread_rwlock_rdlock`, `wrlock`, with times too, and
//! `unlock`.
//!
//! As with mutexes the real lock is only tried: by the function that takes a time, with one that
//! is past, since that one tells who already has it (`EDEADLK`). `pthread_rwlock_rdlock(3p)`,
//! `pthread_rwlock_timedrdlock(3p)`: 0, or the number of the error.

use std::time::Duration;

use libc::{c_int, clockid_t, pthread_rwlock_t, timespec};

use super::clock::deadline;
use super::queue;
use crate::engine::call;
use crate::memory;

interpose! {
    sleeps fn pthread_rwlock_rdlock(lock: *mut pthread_rwlock_t) -> c_int;
    sleeps fn pthread_rwlock_wrlock(lock: *mut pthread_rwlock_t) -> c_int;
    sleeps fn pthread_rwlock_timedrdlock(lock: *mut pthread_rwlock_t, time: *const timespec) -> c_int;
    sleeps fn pthread_rwlock_timedwrlock(lock: *mut pthread_rwlock_t, time: *const timespec) -> c_int;
    sleeps fn pthread_rwlock_clockrdlock(lock: *mut pthread_rwlock_t, clock: clockid_t, time: *const timespec) -> c_int;
    sleeps fn pthread_rwlock_clockwrlock(lock: *mut pthread_rwlock_t, clock: clockid_t, time: *const timespec) -> c_int;
    wakes fn pthread_rwlock_unlock(lock: *mut pthread_rwlock_t) -> c_int;
}

/// A real function that takes a time.
type Attempt = unsafe fn(*mut pthread_rwlock_t, *const timespec) -> c_int;

const READ: Attempt = real::pthread_rwlock_timedrdlock;
const WRITE: Attempt = real::pthread_rwlock_timedwrlock;

mod controlled {
    use super::*;

    pub(super) unsafe fn pthread_rwlock_rdlock(lock: *mut pthread_rwlock_t) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire(lock, READ, None) }
    }

    pub(super) unsafe fn pthread_rwlock_wrlock(lock: *mut pthread_rwlock_t) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire(lock, WRITE, None) }
    }

    pub(super) unsafe fn pthread_rwlock_timedrdlock(
        lock: *mut pthread_rwlock_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire_until(lock, READ, libc::CLOCK_REALTIME, time) }
    }

    pub(super) unsafe fn pthread_rwlock_timedwrlock(
        lock: *mut pthread_rwlock_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire_until(lock, WRITE, libc::CLOCK_REALTIME, time) }
    }

    pub(super) unsafe fn pthread_rwlock_clockrdlock(
        lock: *mut pthread_rwlock_t,
        clock: clockid_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire_until(lock, READ, clock, time) }
    }

    pub(super) unsafe fn pthread_rwlock_clockwrlock(
        lock: *mut pthread_rwlock_t,
        clock: clockid_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { acquire_until(lock, WRITE, clock, time) }
    }

    /// All that wait try again: whether a reader or a writer goes first is the lock's affair.
    pub(super) unsafe fn pthread_rwlock_unlock(lock: *mut pthread_rwlock_t) -> c_int {
        memory::released(lock.addr());
        // SAFETY: as the caller promises.
        let result = unsafe { real::pthread_rwlock_unlock(lock) };
        if result == 0 {
            queue::wake(lock.addr(), usize::MAX);
        }
        result
    }
}

unsafe fn acquire(
    lock: *mut pthread_rwlock_t,
    attempt: Attempt,
    deadline: Option<Duration>,
) -> c_int {
    let past = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    call::identify();
    // SAFETY: as the caller promises, and the time lives longer than the call.
    let result = queue::retry(lock.addr(), deadline, libc::ETIMEDOUT, || unsafe {
        attempt(lock, &raw const past)
    });
    memory::acquired(lock.addr());
    result
}

unsafe fn acquire_until(
    lock: *mut pthread_rwlock_t,
    attempt: Attempt,
    clock: clockid_t,
    time: *const timespec,
) -> c_int {
    // SAFETY: as the caller promises.
    match unsafe { deadline(clock, time) } {
        // SAFETY: as above.
        Ok(deadline) => unsafe { acquire(lock, attempt, Some(deadline)) },
        Err(error) => error,
    }
}
