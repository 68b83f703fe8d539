//! Condition variables of C code: `pthread_cond_wait`, `timedwait`, `clockwait`, `signal`,
//! `broadcast`.
//!
//! `pthread_cond_timedwait(3p)`, `pthread_cond_broadcast(3p)`: 0, or the number of the error. A thread
//! may wake up spuriously.

use std::time::Duration;

use libc::{c_int, clockid_t, pthread_cond_t, pthread_condattr_t, pthread_mutex_t, timespec};

use super::clock::deadline;
use super::mutex::controlled::{pthread_mutex_lock, pthread_mutex_unlock};
use super::queue;
use super::table::Table;
use crate::engine::call::WaitEnd;

interpose! {
    always fn pthread_cond_init(condition: *mut pthread_cond_t, attributes: *const pthread_condattr_t) -> c_int;
    always fn pthread_cond_destroy(condition: *mut pthread_cond_t) -> c_int;
    sleeps fn pthread_cond_wait(condition: *mut pthread_cond_t, mutex: *mut pthread_mutex_t) -> c_int;
    sleeps fn pthread_cond_timedwait(condition: *mut pthread_cond_t, mutex: *mut pthread_mutex_t, time: *const timespec) -> c_int;
    sleeps fn pthread_cond_clockwait(condition: *mut pthread_cond_t, mutex: *mut pthread_mutex_t, clock: clockid_t, time: *const timespec) -> c_int;
    signals fn pthread_cond_signal(condition: *mut pthread_cond_t) -> c_int;
    wakes fn pthread_cond_broadcast(condition: *mut pthread_cond_t) -> c_int;
}

/// The clocks of condition variables for which another one than `CLOCK_REALTIME` was chosen.
static CLOCKS: Table<clockid_t> = Table::new();

mod controlled {
    use super::*;

    /// `pthread_cond_init(3p)`.
    pub(super) unsafe fn pthread_cond_init(
        condition: *mut pthread_cond_t,
        attributes: *const pthread_condattr_t,
    ) -> c_int {
        let mut clock = libc::CLOCK_REALTIME;
        if !attributes.is_null() {
            // SAFETY: the caller promises attributes, and the clock lives longer than the call.
            unsafe { libc::pthread_condattr_getclock(attributes, &raw mut clock) };
        }
        CLOCKS.with(|clocks| match clock {
            libc::CLOCK_REALTIME => clocks.remove(&condition.addr()),
            other => clocks.insert(condition.addr(), other),
        });
        // SAFETY: as the caller promises.
        unsafe { real::pthread_cond_init(condition, attributes) }
    }

    /// `pthread_cond_destroy(3p)`.
    pub(super) unsafe fn pthread_cond_destroy(condition: *mut pthread_cond_t) -> c_int {
        CLOCKS.with(|clocks| clocks.remove(&condition.addr()));
        // SAFETY: as the caller promises.
        unsafe { real::pthread_cond_destroy(condition) }
    }

    pub(super) unsafe fn pthread_cond_wait(
        condition: *mut pthread_cond_t,
        mutex: *mut pthread_mutex_t,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { wait(condition, mutex, None) }
    }

    pub(super) unsafe fn pthread_cond_timedwait(
        condition: *mut pthread_cond_t,
        mutex: *mut pthread_mutex_t,
        time: *const timespec,
    ) -> c_int {
        let clock = CLOCKS.with(|clocks| clocks.get(&condition.addr()).copied());
        let clock = clock.unwrap_or(libc::CLOCK_REALTIME);
        // SAFETY: as the caller promises.
        unsafe { pthread_cond_clockwait(condition, mutex, clock, time) }
    }

    pub(super) unsafe fn pthread_cond_clockwait(
        condition: *mut pthread_cond_t,
        mutex: *mut pthread_mutex_t,
        clock: clockid_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        match unsafe { deadline(clock, time) } {
            // SAFETY: as above.
            Ok(deadline) => unsafe { wait(condition, mutex, Some(deadline)) },
            Err(error) => error,
        }
    }

    pub(super) unsafe fn pthread_cond_signal(condition: *mut pthread_cond_t) -> c_int {
        if queue::wake(condition.addr(), 1) > 0 {
            return 0;
        }
        // A thread that no run controls may wait.
        // SAFETY: as the caller promises.
        unsafe { real::pthread_cond_signal(condition) }
    }

    pub(super) unsafe fn pthread_cond_broadcast(condition: *mut pthread_cond_t) -> c_int {
        queue::wake(condition.addr(), usize::MAX);
        // SAFETY: as the caller promises.
        unsafe { real::pthread_cond_broadcast(condition) }
    }
}

/// Releases the mutex and waits. That is one step: this thread has the turn until it waits.
unsafe fn wait(
    condition: *mut pthread_cond_t,
    mutex: *mut pthread_mutex_t,
    deadline: Option<Duration>,
) -> c_int {
    // SAFETY: the caller promises a mutex that it has locked.
    let released = unsafe { pthread_mutex_unlock(mutex) };
    if released != 0 {
        return released;
    }
    let end = queue::wait(condition.addr(), deadline);
    // SAFETY: as above.
    match unsafe { pthread_mutex_lock(mutex) } {
        0 if end == WaitEnd::TimedOut => libc::ETIMEDOUT,
        result => result,
    }
}
