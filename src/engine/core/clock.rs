//! The time of an execution, which nothing moves but the program's own looks and waits.

// From `core`, which knows durations and has no clock.
use core::time::Duration;

/// How far each look moves the clock. A microsecond is the unit of `gettimeofday`, so two looks differ
/// there too. A loop that waits for a millisecond to pass ends after 1000 looks; with nanoseconds it
/// would take a million. And it is little: code that measures its own time finds that it was fast.
const TICK: Duration = Duration::from_micros(1);

/// The time since the start of the execution, the same whenever the same steps are taken.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    time: Duration,
}

impl Clock {
    /// Goes back to the start, for the next execution.
    pub(crate) fn reset(&mut self) {
        self.time = Duration::ZERO;
    }

    /// The time as the program sees it: later at each look.
    #[inline]
    pub(crate) fn now(&mut self) -> Duration {
        self.time = self.time.saturating_add(TICK);
        self.time
    }

    /// The time, which this look does not move.
    #[cfg(test)]
    pub(crate) fn peek(&self) -> Duration {
        self.time
    }

    /// Moves to `deadline`, since a wait until then is over. A deadline that has passed moves nothing.
    pub(crate) fn advance_to(&mut self, deadline: Duration) {
        self.time = self.time.max(deadline);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A thread that looks twice, sleeps for 5 ms, and looks again.
    #[test]
    fn a_look_moves_the_clock_by_a_tick_and_a_sleep_to_its_end() {
        let mut clock = Clock::default();
        assert_eq!(clock.now(), Duration::from_micros(1));
        assert_eq!(clock.now(), Duration::from_micros(2));
        clock.advance_to(clock.peek() + Duration::from_millis(5));
        assert_eq!(clock.peek(), Duration::from_micros(5002));
        assert_eq!(clock.now(), Duration::from_micros(5003));
        clock.reset();
        assert_eq!(clock.peek(), Duration::ZERO);
    }

    /// Of two sleepers the one with the later deadline goes on first. When the other one does, its
    /// deadline lies in the past.
    #[test]
    fn time_never_goes_backwards() {
        let mut clock = Clock::default();
        clock.advance_to(Duration::from_secs(2));
        clock.advance_to(Duration::from_secs(1));
        assert_eq!(clock.peek(), Duration::from_secs(2));
    }

    #[test]
    fn a_loop_that_waits_for_a_millisecond_ends_after_a_thousand_looks() {
        let mut clock = Clock::default();
        let start = clock.now();
        let end = start + Duration::from_millis(1);
        let is_early = |time: &Duration| *time < end;
        let early = std::iter::repeat_with(|| clock.now()).take_while(is_early);
        assert_eq!(early.count(), 999);
    }

    /// A program may sleep for as long as a `Duration` can say. It may look at the clock afterwards.
    #[test]
    fn the_clock_stops_at_the_end_of_time() {
        let mut clock = Clock::default();
        clock.advance_to(Duration::MAX);
        assert_eq!(clock.now(), Duration::MAX);
    }
}
