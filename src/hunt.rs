//! Directs a search through the executions of a program, counts how they end, and keeps the
//! first failure.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::engine::{Director, Ended, How};
use crate::error::Error;
use crate::execution::Record;
use crate::search::{DepthFirst, Mismatch, Point, Search as _};
use crate::verdict::{Tally, Verdict};

mod stopped;

pub use stopped::StoppedBy;

/// What ends a search before its time.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bounds {
    pub(crate) max_schedules: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) keeps_going: bool,
}

/// A search under way.
#[derive(Debug)]
pub(crate) struct Hunt {
    search: DepthFirst,
    bounds: Bounds,
    began: Instant,
    pub(crate) tally: Tally,
    /// How many steps all executions took.
    pub(crate) steps: u64,
    pub(crate) outcomes: BTreeMap<String, Outcome>,
    pub(crate) failure: Option<Found>,
    stopped_by: Option<StoppedBy>,
    /// The execution that contradicted an earlier one.
    contradiction: Option<Record>,
}

/// The executions that ended in one outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Outcome {
    pub(crate) count: u64,
    pub(crate) failing: u64,
}

/// A failing execution.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its number, from 1, in exploration order.
    pub(crate) index: u64,
    pub(crate) record: Record,
}

impl Hunt {
    pub(crate) fn new(bounds: Bounds) -> Self {
        Hunt {
            search: DepthFirst::default(),
            bounds,
            began: Instant::now(),
            tally: Tally::default(),
            steps: 0,
            outcomes: BTreeMap::new(),
            failure: None,
            stopped_by: None,
            contradiction: None,
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    /// What ended the search; `explain` puts a contradiction into words.
    pub(crate) fn stopped_by(
        &self,
        explain: impl FnOnce(&Mismatch, &Record) -> Error,
    ) -> StoppedBy {
        match (self.search.mismatch(), &self.contradiction) {
            (Some(mismatch), Some(record)) => StoppedBy::Error(explain(mismatch, record)),
            _ => self.stopped_by.clone().expect("the search has ended"),
        }
    }

    /// The one place where limits are checked, before every execution.
    fn limit(&self) -> Option<StoppedBy> {
        let Bounds {
            max_schedules,
            time_limit,
            ..
        } = self.bounds;
        let schedules = max_schedules.filter(|&max| self.tally.total() >= max);
        let time = time_limit.filter(|&limit| self.elapsed() >= limit);
        schedules
            .map(StoppedBy::MaxSchedules)
            .or(time.map(StoppedBy::TimeLimit))
    }

    fn verdict(&self, how: &How) -> Verdict {
        match how {
            _ if self.search.mismatch().is_some() => Verdict::NonDeterministic,
            How::Held => Verdict::Held,
            How::Panicked(..) | How::PanickedIn(..) => Verdict::Panicked,
            How::CheckFailed(_) => Verdict::CheckFailed,
            How::InvariantViolated(_) | How::InvariantPanicked(_) => Verdict::InvariantViolated,
            How::Deadlock => Verdict::Deadlocked,
            How::StepLimit => Verdict::StepLimit,
            How::TimedOut(_) => Verdict::TimedOut,
            How::Stopped => unreachable!("a search stops only at a contradiction"),
        }
    }
}

impl Director for Hunt {
    fn begin(&mut self) -> bool {
        if self.stopped_by.is_some() {
            return false;
        }
        self.stopped_by = if self.search.begin() {
            self.limit()
        } else {
            Some(StoppedBy::Exhausted)
        };
        self.stopped_by.is_none()
    }

    fn choose(&mut self, point: &Point<'_>) -> Option<usize> {
        self.search.choose(point)
    }

    fn end(&mut self, mut ended: Ended<'_>) {
        // An execution that was cut short by the clock contradicts nothing.
        if !matches!(ended.how, How::TimedOut(_)) {
            self.search.end();
        }
        let verdict = self.verdict(&ended.how);
        self.tally.add(verdict);
        self.steps += ended.steps.len() as u64;
        if verdict == Verdict::NonDeterministic {
            self.contradiction = Some(Record::of(ended));
            return;
        }
        if let Some(outcome) = ended.outcome.take() {
            let outcome = self.outcomes.entry(outcome).or_default();
            outcome.count += 1;
            outcome.failing += u64::from(verdict.is_failure());
        }
        if verdict.is_failure() && self.failure.is_none() {
            let index = self.tally.total();
            let record = Record::of(ended);
            self.failure = Some(Found { index, record });
            if !self.bounds.keeps_going {
                self.stopped_by = Some(StoppedBy::FirstFailure);
            }
        }
    }
}
