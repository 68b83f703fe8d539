//! How long an execution has taken, without the time for which its threads waited for a processor.

use std::time::{Duration, Instant};

use super::thread_clocks::{ThreadClocks, ThreadTimes};

/// The time of the current execution, as the watching thread sees it.
///
/// If a thread runs or waits for a processor at a look, the time for which the threads have run
/// since the look before counts. If all sleep, all time counts except that for which one has waited
/// for a processor. So an execution loses no time on a busy machine, and one that sleeps for ever
/// times out, too. Where the system shows no clocks, all time counts.
#[derive(Debug)]
pub(super) struct ExecutionTime<'a> {
    timeout: Duration,
    clocks: &'a ThreadClocks,
    /// The number of the execution; `None` if timing is to begin anew.
    execution: Option<u64>,
    taken: Duration,
    /// When the last look was, and what the clocks showed.
    looked: (Instant, Option<ThreadTimes>),
}

impl<'a> ExecutionTime<'a> {
    /// Times the execution of this number, which begins now.
    pub(super) fn new(timeout: Duration, clocks: &'a ThreadClocks, execution: u64) -> Self {
        ExecutionTime {
            timeout,
            clocks,
            execution: Some(execution),
            taken: Duration::ZERO,
            looked: (Instant::now(), clocks.read()),
        }
    }

    /// When to look next. An execution may begin just after a look, so times are exact to an eighth
    /// of the time-out.
    pub(super) fn next_look(&self) -> Instant {
        let most = self.timeout.saturating_sub(self.taken);
        let least = Duration::from_millis(1);
        let eighth = (self.timeout / 8).min(Duration::from_secs(1));
        self.looked.0 + eighth.min(most).max(least)
    }

    /// Whether the current execution, of this number, has taken too long.
    pub(super) fn is_up(&mut self, execution: u64) -> bool {
        let now = Instant::now();
        if now < self.next_look() {
            return false;
        }
        let times = self.clocks.read();
        if self.execution == Some(execution) {
            self.taken += passed(now - self.looked.0, self.looked.1, times);
        } else {
            self.execution = Some(execution);
            self.taken = Duration::ZERO;
        }
        self.looked = (now, times);
        self.taken >= self.timeout
    }

    /// Gives the execution its whole time again.
    pub(super) fn begin_anew(&mut self) {
        self.execution = None;
    }
}

/// How much of the time between two looks counts.
fn passed(elapsed: Duration, before: Option<ThreadTimes>, now: Option<ThreadTimes>) -> Duration {
    let (Some(before), Some(now)) = (before, now) else {
        return elapsed;
    };
    if now.is_awake {
        elapsed.min(now.ran.saturating_sub(before.ran))
    } else {
        elapsed.saturating_sub(now.waited.saturating_sub(before.waited))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passes(elapsed: u64, (ran, waited): (u64, u64), is_awake: bool) -> u64 {
        let before = ThreadTimes {
            ran: Duration::from_secs(100),
            waited: Duration::from_secs(50),
            is_awake: false,
        };
        let now = ThreadTimes {
            ran: before.ran + Duration::from_secs(ran),
            waited: before.waited + Duration::from_secs(waited),
            is_awake,
        };
        passed(Duration::from_secs(elapsed), Some(before), Some(now)).as_secs()
    }

    #[test]
    fn what_sleeps_takes_all_the_time_but_that_for_which_it_waited_for_a_processor() {
        assert_eq!(passes(10, (0, 0), false), 10);
        assert_eq!(passes(10, (4, 3), false), 7);
        // It began to wait before the look before.
        assert_eq!(passes(10, (0, 12), false), 0);
    }

    #[test]
    fn what_is_awake_takes_the_time_that_it_ran() {
        assert_eq!(passes(10, (10, 0), true), 10);
        assert_eq!(passes(10, (4, 6), true), 4);
        // It waits; for how long is known only at the end.
        assert_eq!(passes(10, (0, 0), true), 0);
        // Several may run side by side, after the end of an execution.
        assert_eq!(passes(10, (20, 0), true), 10);
    }

    #[test]
    fn all_time_counts_where_the_system_shows_no_clocks() {
        let second = Duration::from_secs(1);
        assert_eq!(passed(second, None, Some(ThreadTimes::default())), second);
        assert_eq!(passed(second, Some(ThreadTimes::default()), None), second);
    }

    #[test]
    fn a_new_execution_begins_anew_and_one_without_threads_comes_to_its_end() {
        let clocks = ThreadClocks::default();
        let timeout = Duration::from_millis(40);
        let mut time = ExecutionTime::new(timeout, &clocks, 0);
        assert!(!time.is_up(0));
        let begun = Instant::now();
        while begun.elapsed() < timeout {
            assert!(!time.is_up(1) || begun.elapsed() >= timeout);
        }
        while !time.is_up(1) {
            std::thread::sleep(timeout / 8);
        }
        time.begin_anew();
        std::thread::sleep(timeout / 8);
        assert!(!time.is_up(1));
    }
}
