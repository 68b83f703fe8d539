//! Searches for ever smaller failures within a budget.

use std::time::{Duration, Instant};

use crate::engine::{ExecutionEnd, ExecutionResult, Scheduler, ThreadTable};
use crate::execution::Record;
use crate::operation::{Choice, SchedulingPoint};
use crate::shrink::Shrink;

/// What shrinking may cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Budget {
    pub(super) executions: u64,
    /// How long it may take. Without a limit, it ends with the first execution that times out:
    /// others would time out too, and leave more threads behind.
    pub(super) time: Option<Duration>,
}

/// Schedules executions that lead to ever smaller failures: starting from a failing execution; or,
/// from one that held, to the smallest failure of all.
#[derive(Debug)]
pub(super) struct Shrinking {
    shrink: Shrink,
    /// The smallest failing execution so far, or the one that held if none has failed.
    pub(super) best: Record,
    /// How many of its steps the schedule forces.
    pub(super) forced: usize,
    pub(super) executions: u64,
    /// Whether the first execution, run again, did not fail in the same way.
    is_refuted: bool,
    budget: Budget,
    began: Instant,
    is_over: bool,
}

impl Shrinking {
    pub(super) fn new(first: Record, budget: Budget) -> Self {
        let shrink = if fails(&first.end) {
            Shrink::new(&first.steps)
        } else {
            Shrink::anew()
        };
        Shrinking {
            shrink,
            forced: first.steps.len(),
            best: first,
            executions: 0,
            is_refuted: false,
            budget,
            began: Instant::now(),
            is_over: false,
        }
    }

    /// Whether every smaller schedule was tried, and the one to begin with has failed again.
    pub(super) fn is_proved(&self) -> bool {
        self.shrink.is_proved() && !self.is_refuted
    }
}

/// Whether an execution with this end has failed.
pub(super) fn fails(end: &ExecutionEnd) -> bool {
    end.failure().is_some()
}

impl Scheduler for Shrinking {
    fn new_execution(&mut self) -> Option<usize> {
        // If the proof is complete when the budget ends, it counts: nothing more is begun.
        let has_next = !self.is_over && self.shrink.begin();
        let has_time = |limit: Duration| self.began.elapsed() < limit;
        let has_budget =
            self.executions < self.budget.executions && self.budget.time.is_none_or(has_time);
        (has_next && has_budget).then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.shrink.choose(point))
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        self.executions += 1;
        if self.budget.time.is_none() && result.end.is_timed_out() {
            self.is_over = true;
            return;
        }
        let is_like = result.is_like(self.best.result(None)) || !fails(&self.best.end);
        let has_failed = fails(result.end) && is_like;
        self.is_refuted |= self.executions == 1 && !has_failed && fails(&self.best.end);
        if self.shrink.end(has_failed) {
            self.best = Record::of(result);
            self.forced = self.shrink.forced();
        }
    }
}
