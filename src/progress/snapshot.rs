//! The state of a search at one moment, and estimates from it.

use std::time::Duration;

/// The limits that may end a search before its last schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Goal {
    pub(crate) max_schedules: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
}

/// How many schedules there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Size {
    pub(super) schedules: f64,
    /// Whether all executions so far agree with threads that take the same steps in any order.
    pub(super) is_exact: bool,
}

/// The state of a search at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Snapshot {
    pub(super) executions: u64,
    pub(super) elapsed: Duration,
    pub(super) size: Option<Size>,
    pub(super) goal: Goal,
}

#[allow(clippy::cast_precision_loss, reason = "shown with a few digits")]
impl Snapshot {
    /// Executions per second.
    pub(super) fn rate(&self) -> f64 {
        self.executions as f64 / self.elapsed.as_secs_f64()
    }

    /// How many executions the search will run.
    pub(super) fn executions_to_run(&self) -> Option<f64> {
        let schedules = self.size.map(|size| size.schedules);
        let max = self.goal.max_schedules.map(|max| max as f64);
        schedules.into_iter().chain(max).reduce(f64::min)
    }

    /// The share of the search that is done: of its executions, or of its time if that ends it
    /// first.
    pub(super) fn share(&self) -> Option<f64> {
        let run = self.executions_to_run();
        let run = run.map(|all| self.executions as f64 / all);
        let limit = self.goal.time_limit;
        let passed = limit.map(|limit| self.elapsed.as_secs_f64() / limit.as_secs_f64());
        let share = run.into_iter().chain(passed).reduce(f64::max)?;
        Some(share.min(1.0))
    }

    /// How many seconds the whole search takes at this rate.
    pub(super) fn seconds(&self) -> Option<f64> {
        let all = self.executions_to_run().map(|all| all / self.rate());
        let limit = self.goal.time_limit.map(|limit| limit.as_secs_f64());
        all.into_iter().chain(limit).reduce(f64::min)
    }

    /// How many seconds are left.
    pub(super) fn seconds_left(&self) -> Option<f64> {
        let left = self.seconds()? - self.elapsed.as_secs_f64();
        Some(left.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000 executions in 2 seconds.
    fn snapshot(schedules: Option<f64>, max: Option<u64>, limit: Option<u64>) -> Snapshot {
        let size = |schedules| Size {
            schedules,
            is_exact: true,
        };
        Snapshot {
            executions: 1000,
            elapsed: Duration::from_secs(2),
            size: schedules.map(size),
            goal: Goal {
                max_schedules: max,
                time_limit: limit.map(Duration::from_secs),
            },
        }
    }

    #[test]
    fn what_is_left_follows_from_the_rate() {
        // At 500 a second, 4000 take 8 seconds.
        let it = snapshot(Some(4000.0), None, None);
        assert_eq!((it.share(), it.seconds_left()), (Some(0.25), Some(6.0)));
    }

    #[test]
    fn the_nearest_bound_counts() {
        let it = snapshot(Some(4000.0), Some(2000), None);
        assert_eq!((it.share(), it.seconds_left()), (Some(0.5), Some(2.0)));
        let it = snapshot(Some(4000.0), None, Some(4));
        assert_eq!((it.share(), it.seconds_left()), (Some(0.5), Some(2.0)));
    }

    #[test]
    fn nothing_is_claimed_where_nothing_is_known() {
        let it = snapshot(None, None, None);
        assert_eq!((it.share(), it.seconds_left()), (None, None));
    }
}
