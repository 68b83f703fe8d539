//! The time, which is virtual for controlled threads: `clock_gettime`, `gettimeofday`, `time`.
//!
//! A clock of theirs starts in each execution where the system's was when it was first asked in
//! this process.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use libc::{c_int, c_void, clockid_t, time_t, timespec, timeval};

use super::deadline::{from_timespec, to_timespec};
use super::errno::fail;
use crate::engine::call;

interpose! {
    plain fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int;
    plain fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int;
    plain fn time(place: *mut time_t) -> time_t;
}

mod controlled {
    use super::*;

    /// `clock_gettime(2)`: 0, or -1. Clocks of the processor's time are real.
    pub(super) unsafe fn clock_gettime(clock: clockid_t, time: *mut timespec) -> c_int {
        let now = start(clock).and_then(|start| Some(start + call::virtual_now()?));
        let Some(now) = now else {
            // SAFETY: as the caller promises.
            return unsafe { real::clock_gettime(clock, time) };
        };
        if time.is_null() {
            return fail(libc::EFAULT);
        }
        // SAFETY: the caller promises that it may be written.
        unsafe { *time = to_timespec(now) };
        0
    }

    /// gettimeofday(2): 0. The zone is obsolete, and none is set in Linux.
    pub(super) unsafe fn gettimeofday(time: *mut timeval, zone: *mut c_void) -> c_int {
        if time.is_null() || !zone.is_null() {
            // SAFETY: as the caller promises; the time is overwritten below.
            let result = unsafe { real::gettimeofday(time, zone) };
            if time.is_null() || result != 0 {
                return result;
            }
        }
        let now = to_timespec(now(libc::CLOCK_REALTIME));
        let tv_usec = now.tv_nsec / 1000;
        // SAFETY: the caller promises that it may be written.
        unsafe {
            *time = timeval {
                tv_sec: now.tv_sec,
                tv_usec,
            }
        };
        0
    }

    /// time(2): the seconds, which are stored too unless the place is null.
    pub(super) unsafe fn time(place: *mut time_t) -> time_t {
        let seconds = to_timespec(now(libc::CLOCK_REALTIME)).tv_sec;
        if !place.is_null() {
            // SAFETY: the caller promises that it may be written.
            unsafe { *place = seconds };
        }
        seconds
    }
}

/// The time that a virtual clock shows.
fn now(clock: clockid_t) -> Duration {
    let now = start(clock).and_then(|start| Some(start + call::virtual_now()?));
    now.unwrap_or_else(|| read(clock))
}

/// The time that a clock of the system shows.
fn read(clock: clockid_t) -> Duration {
    let mut time = to_timespec(Duration::ZERO);
    // SAFETY: the time lives longer than the call.
    unsafe { real::clock_gettime(clock, &raw mut time) };
    from_timespec(time).unwrap_or_default()
}

/// An absolute time of this clock, in time since the start of the execution. `None` if the
/// clock is not virtual. A time before the start is the start.
pub(super) fn since_start(clock: clockid_t, time: Duration) -> Option<Duration> {
    let start = start(clock)?;
    if call::is_real_time() {
        return Some(call::now().saturating_add(time.saturating_sub(read(clock))));
    }
    Some(time.saturating_sub(start))
}

/// When the wait of a call ends that takes an absolute time of this clock.
///
/// # Errors
///
/// `EINVAL` if it is no time, or of a clock that nobody can wait for.
///
/// # Safety
///
/// `time` points to a `timespec`.
pub(super) unsafe fn deadline(clock: clockid_t, time: *const timespec) -> Result<Duration, c_int> {
    // SAFETY: as the caller promises.
    let time = from_timespec(unsafe { *time }).ok_or(libc::EINVAL)?;
    since_start(clock, time).ok_or(libc::EINVAL)
}

/// What a clock shows at the start of every execution. `None` for one that is not virtual.
fn start(clock: clockid_t) -> Option<Duration> {
    static STARTS: [AtomicU64; 12] = [const { AtomicU64::new(0) }; 12];
    // Those that are read faster show the same times.
    let clock = match clock {
        libc::CLOCK_REALTIME | libc::CLOCK_REALTIME_COARSE => libc::CLOCK_REALTIME,
        libc::CLOCK_MONOTONIC | libc::CLOCK_MONOTONIC_COARSE => libc::CLOCK_MONOTONIC,
        libc::CLOCK_MONOTONIC_RAW
        | libc::CLOCK_BOOTTIME
        | libc::CLOCK_REALTIME_ALARM
        | libc::CLOCK_BOOTTIME_ALARM
        | libc::CLOCK_TAI => clock,
        _ => return None,
    };
    let start = &STARTS[usize::try_from(clock).ok()?];
    let mut nanos = start.load(Ordering::Relaxed);
    if nanos == 0 {
        let mut read = read(clock);
        if clock == libc::CLOCK_MONOTONIC {
            // Far behind, so that what has noted a time by the real clock does not think it past.
            read /= 2;
        }
        let read = u64::try_from(read.as_nanos()).unwrap_or(u64::MAX).max(1);
        // Not by a `Once`: who finds that under way would wait in the model.
        let stored = start.compare_exchange(0, read, Ordering::Relaxed, Ordering::Relaxed);
        nanos = stored.err().unwrap_or(read);
    }
    Some(Duration::from_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_virtual_clock_has_one_start() {
        let first = start(libc::CLOCK_MONOTONIC).unwrap();
        assert!(first > Duration::ZERO);
        assert_eq!(start(libc::CLOCK_MONOTONIC), Some(first));
        assert_eq!(start(libc::CLOCK_MONOTONIC_COARSE), Some(first));
        assert_ne!(start(libc::CLOCK_REALTIME), Some(first));
        assert_eq!(start(libc::CLOCK_THREAD_CPUTIME_ID), None);
        assert_eq!(start(-1), None);
    }

    #[test]
    fn a_deadline_counts_from_the_start_of_the_execution() {
        let clock = libc::CLOCK_MONOTONIC;
        let start = start(clock).unwrap();
        let second = Duration::from_secs(1);
        assert_eq!(since_start(clock, start + second), Some(second));
        assert_eq!(since_start(clock, Duration::ZERO), Some(Duration::ZERO));
        assert_eq!(since_start(libc::CLOCK_PROCESS_CPUTIME_ID, second), None);
        // SAFETY: the times live longer than the calls.
        let of = |time: timespec| unsafe { deadline(clock, &raw const time) };
        assert_eq!(of(to_timespec(start + second)), Ok(second));
        assert_eq!(
            of(timespec {
                tv_sec: 0,
                tv_nsec: -1
            }),
            Err(libc::EINVAL)
        );
    }
}
