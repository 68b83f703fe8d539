//! Semaphores of C code: `sem_wait`, `timedwait`, `clockwait`, `post`. The real one is only tried.
//!
//! `sem_wait(3)`, `sem_post(3)`: 0, or -1.

use std::time::Duration;

use libc::{c_int, clockid_t, sem_t, timespec};

use super::clock::deadline;
use super::errno::{fail, last};
use super::queue;
use crate::memory;

interpose! {
    sleeps fn sem_wait(semaphore: *mut sem_t) -> c_int;
    sleeps fn sem_timedwait(semaphore: *mut sem_t, time: *const timespec) -> c_int;
    sleeps fn sem_clockwait(semaphore: *mut sem_t, clock: clockid_t, time: *const timespec) -> c_int;
    wakes fn sem_post(semaphore: *mut sem_t) -> c_int;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn sem_wait(semaphore: *mut sem_t) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { take(semaphore, None) }
    }

    pub(super) unsafe fn sem_timedwait(semaphore: *mut sem_t, time: *const timespec) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { sem_clockwait(semaphore, libc::CLOCK_REALTIME, time) }
    }

    pub(super) unsafe fn sem_clockwait(
        semaphore: *mut sem_t,
        clock: clockid_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        match unsafe { deadline(clock, time) } {
            // SAFETY: as above.
            Ok(deadline) => unsafe { take(semaphore, Some(deadline)) },
            Err(error) => fail(error),
        }
    }

    pub(super) unsafe fn sem_post(semaphore: *mut sem_t) -> c_int {
        memory::released(semaphore.addr());
        // SAFETY: as the caller promises.
        let result = unsafe { real::sem_post(semaphore) };
        if result == 0 {
            queue::wake(semaphore.addr(), 1);
        }
        result
    }
}

unsafe fn take(semaphore: *mut sem_t, deadline: Option<Duration>) -> c_int {
    // SAFETY: as the caller promises.
    let attempt = || match unsafe { libc::sem_trywait(semaphore) } {
        0 => 0,
        _ => last(),
    };
    match queue::retry(semaphore.addr(), deadline, libc::EAGAIN, attempt) {
        0 => {
            memory::acquired(semaphore.addr());
            0
        }
        error => fail(error),
    }
}
