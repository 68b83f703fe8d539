//! Mutexes of C code: `pthread_mutex_lock`, `trylock`, `timedlock`, `clocklock`, `unlock`.
//!
//! The real mutex stays what it is, so its kind, its owner and its errors are exact. It is only
//! tried, and who finds it taken waits in the model. `pthread_mutex_lock(3p)`,
//! `pthread_mutex_timedlock(3p)`: 0, or the number of the error.

use std::time::Duration;

use libc::{c_int, clockid_t, pthread_mutex_t, timespec};

use super::clock::deadline;
use super::queue;
use crate::engine::call;
use crate::memory;

interpose! {
    sleeps fn pthread_mutex_lock(mutex: *mut pthread_mutex_t) -> c_int;
    plain fn pthread_mutex_trylock(mutex: *mut pthread_mutex_t) -> c_int;
    sleeps fn pthread_mutex_timedlock(mutex: *mut pthread_mutex_t, time: *const timespec) -> c_int;
    sleeps fn pthread_mutex_clocklock(mutex: *mut pthread_mutex_t, clock: clockid_t, time: *const timespec) -> c_int;
    wakes fn pthread_mutex_unlock(mutex: *mut pthread_mutex_t) -> c_int;
}

pub(super) mod controlled {
    use super::*;

    pub(in crate::system) unsafe fn pthread_mutex_lock(mutex: *mut pthread_mutex_t) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { lock(mutex, None) }
    }

    /// `pthread_mutex_trylock(3p)`: 0, or the number of the error.
    pub(in crate::system) unsafe fn pthread_mutex_trylock(mutex: *mut pthread_mutex_t) -> c_int {
        call::take_process_lock();
        // SAFETY: as the caller promises.
        unsafe {
            if may_know_owner(mutex) {
                call::identify();
            }
            let result = real::pthread_mutex_trylock(mutex);
            if result == 0 {
                memory::acquired(mutex.addr());
            }
            result
        }
    }

    pub(super) unsafe fn pthread_mutex_timedlock(
        mutex: *mut pthread_mutex_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe { pthread_mutex_clocklock(mutex, libc::CLOCK_REALTIME, time) }
    }

    /// A time that is none is an error only where the thread would wait.
    pub(super) unsafe fn pthread_mutex_clocklock(
        mutex: *mut pthread_mutex_t,
        clock: clockid_t,
        time: *const timespec,
    ) -> c_int {
        // SAFETY: as the caller promises.
        unsafe {
            match (deadline(clock, time), pthread_mutex_trylock(mutex)) {
                (Err(error), libc::EBUSY) => error,
                (Ok(deadline), libc::EBUSY) => lock(mutex, Some(deadline)),
                (_, result) => result,
            }
        }
    }

    pub(in crate::system) unsafe fn pthread_mutex_unlock(mutex: *mut pthread_mutex_t) -> c_int {
        memory::released(mutex.addr());
        // SAFETY: as the caller promises.
        let result = unsafe { real::pthread_mutex_unlock(mutex) };
        if result == 0 {
            queue::wake(mutex.addr(), 1);
        }
        result
    }
}

unsafe fn lock(mutex: *mut pthread_mutex_t, deadline: Option<Duration>) -> c_int {
    // SAFETY: as the caller promises.
    queue::retry(mutex.addr(), deadline, libc::EBUSY, || unsafe {
        match controlled::pthread_mutex_trylock(mutex) {
            libc::EBUSY if is_checked(mutex) => lock_until_past(mutex),
            result => result,
        }
    })
}

/// Locks a mutex whose kind is `PTHREAD_MUTEX_ERRORCHECK`: who has it already gets `EDEADLK`, which
/// trying does not tell. The real function does, and waits for nothing until a time that is past.
unsafe fn lock_until_past(mutex: *mut pthread_mutex_t) -> c_int {
    let past = timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: as the caller promises, and the time lives longer than the call.
    match unsafe { real::pthread_mutex_timedlock(mutex, &raw const past) } {
        libc::ETIMEDOUT => libc::EBUSY,
        result => {
            memory::acquired(mutex.addr());
            result
        }
    }
}

/// Whether a mutex checks for errors.
unsafe fn is_checked(mutex: *mut pthread_mutex_t) -> bool {
    /// The bits of a kind that are not flags.
    const KINDS: c_int = 3;
    // SAFETY: as the caller promises.
    let kind = unsafe { kind(mutex) };
    kind & KINDS == libc::PTHREAD_MUTEX_ERRORCHECK
}

/// Whether a mutex asks who locks it. Only the usual ones surely do not.
unsafe fn may_know_owner(mutex: *mut pthread_mutex_t) -> bool {
    // SAFETY: as the caller promises.
    let kind = unsafe { kind(mutex) };
    kind != libc::PTHREAD_MUTEX_NORMAL
}

unsafe fn kind(mutex: *mut pthread_mutex_t) -> c_int {
    /// Where the kind is, counted in `int`s: static initialisers, such as
    /// `PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP`, fix it for 64-bit Linux.
    const KIND: usize = 4;
    // SAFETY: it lies within the mutex, and is not written after its initialisation.
    unsafe { mutex.cast::<c_int>().add(KIND).read() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mutex_that_checks_for_errors_is_told_by_its_kind() {
        let is_checked = |mut mutex: pthread_mutex_t| {
            // SAFETY: the mutex lives longer than the call.
            unsafe { super::is_checked(&raw mut mutex) }
        };
        assert!(is_checked(libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP));
        assert!(!is_checked(libc::PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP));
        assert!(!is_checked(libc::PTHREAD_MUTEX_INITIALIZER));
    }

    #[test]
    fn asking_until_a_past_time_says_who_has_it() {
        let mut mutex = libc::PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
        let mutex = &raw mut mutex;
        // SAFETY: the mutex lives until the end, and no other thread knows it.
        unsafe {
            assert_eq!(lock_until_past(mutex), 0);
            assert_eq!(lock_until_past(mutex), libc::EDEADLK);
            assert_eq!(real::pthread_mutex_unlock(mutex), 0);
        }
    }
}
