//! Times of C, and of ours.

use std::time::Duration;

use libc::timespec;

/// The length or time that a `timespec` holds. `None` if it is negative, or if its nanoseconds are
/// a second or more: then calls fail with `EINVAL`. See timespec(3type).
pub(super) fn from_timespec(time: timespec) -> Option<Duration> {
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanos = u32::try_from(time.tv_nsec).ok()?;
    (nanos < 1_000_000_000).then(|| Duration::new(seconds, nanos))
}

/// A time as a `timespec`; the last one that there is if it is later.
pub(super) fn to_timespec(time: Duration) -> timespec {
    timespec {
        tv_sec: time.as_secs().try_into().unwrap_or(libc::time_t::MAX),
        tv_nsec: time.subsec_nanos().into(),
    }
}

/// The length that a `timeval` holds, as [`from_timespec`]. Microseconds may be a second or more,
/// which select(2) permits.
pub(super) fn from_timeval(time: libc::timeval) -> Option<Duration> {
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let micros = u64::try_from(time.tv_usec).ok()?;
    Some(Duration::from_secs(seconds).saturating_add(Duration::from_micros(micros)))
}

/// The length that a number of milliseconds holds, where a negative one means for ever.
pub(super) fn from_millis(millis: libc::c_int) -> Option<Duration> {
    u64::try_from(millis).ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(seconds: libc::time_t, nanos: libc::c_long) -> timespec {
        timespec {
            tv_sec: seconds,
            tv_nsec: nanos,
        }
    }

    #[test]
    fn only_times_that_the_kernel_takes_are_times() {
        assert_eq!(
            from_timespec(time(3, 999_999_999)),
            Some(Duration::new(3, 999_999_999))
        );
        assert_eq!(from_timespec(time(0, 0)), Some(Duration::ZERO));
        for wrong in [time(-1, 0), time(0, -1), time(0, 1_000_000_000)] {
            assert_eq!(from_timespec(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn a_time_survives_both_ways_and_the_latest_is_not_exceeded() {
        let duration = Duration::new(1_700_000_000, 42);
        assert_eq!(from_timespec(to_timespec(duration)), Some(duration));
        assert_eq!(to_timespec(Duration::MAX).tv_sec, libc::time_t::MAX);
    }

    #[test]
    fn a_negative_number_of_milliseconds_is_for_ever() {
        assert_eq!(from_millis(-1), None);
        assert_eq!(from_millis(1500), Some(Duration::from_millis(1500)));
        let time = libc::timeval {
            tv_sec: 1,
            tv_usec: 2_500_000,
        };
        assert_eq!(from_timeval(time), Some(Duration::from_millis(3500)));
    }
}
