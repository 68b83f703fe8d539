//! Sleeping, which takes virtual time, and giving way: `nanosleep`, `clock_nanosleep`, `usleep`,
//! `sleep`, `sched_yield`.

use std::time::Duration;

use libc::{c_int, c_uint, clockid_t, timespec, useconds_t};

use super::clock::deadline;
use super::deadline::from_timespec;
use super::errno::fail;
use crate::engine::call;

interpose! {
    pauses fn nanosleep(length: *const timespec, rest: *mut timespec) -> c_int;
    pauses fn clock_nanosleep(clock: clockid_t, flags: c_int, time: *const timespec, rest: *mut timespec) -> c_int;
    pauses fn usleep(micros: useconds_t) -> c_int;
    pauses fn sleep(seconds: c_uint) -> c_uint;
    plain fn sched_yield() -> c_int;
}

mod controlled {
    use super::*;

    /// nanosleep(2): 0, or -1. No signal cuts it short, so there is never a rest.
    pub(super) unsafe fn nanosleep(length: *const timespec, _: *mut timespec) -> c_int {
        // SAFETY: the caller promises a time.
        match from_timespec(unsafe { *length }) {
            Some(length) => sleep_for(length),
            None => fail(libc::EINVAL),
        }
    }

    /// `clock_nanosleep(2)`: 0, or the number of the error. `TIMER_ABSTIME` gives the time of the
    /// end. Nobody sleeps by a clock of the processor's time, which is real, but in the kernel.
    pub(super) unsafe fn clock_nanosleep(
        clock: clockid_t,
        flags: c_int,
        time: *const timespec,
        rest: *mut timespec,
    ) -> c_int {
        // SAFETY: the caller promises a time.
        match unsafe { (from_timespec(*time), deadline(clock, time)) } {
            (None, _) => libc::EINVAL,
            // SAFETY: as the caller promises.
            (_, Err(_)) => unsafe { real::clock_nanosleep(clock, flags, time, rest) },
            (_, Ok(end)) if flags & libc::TIMER_ABSTIME != 0 => {
                call::sleep(end);
                0
            }
            (Some(length), _) => sleep_for(length),
        }
    }

    /// usleep(3): 0.
    pub(super) unsafe fn usleep(micros: useconds_t) -> c_int {
        sleep_for(Duration::from_micros(micros.into()))
    }

    /// sleep(3): 0, since no signal cuts it short.
    pub(super) unsafe fn sleep(seconds: c_uint) -> c_uint {
        sleep_for(Duration::from_secs(seconds.into()));
        0
    }

    /// `sched_yield(2)`: 0.
    pub(super) unsafe fn sched_yield() -> c_int {
        call::yield_now();
        0
    }

    fn sleep_for(length: Duration) -> c_int {
        call::sleep(call::now().saturating_add(length));
        0
    }
}
