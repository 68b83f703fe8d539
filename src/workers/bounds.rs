//! The bounds of a search.

use std::time::{Duration, Instant};

use super::StoppedBy;
use crate::engine::Lessons;
use crate::search::{Repeats, Shard};

/// What ends a search early, how many workers it has, and which part of it is run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) limits: Limits,
    pub(crate) keeps_going: bool,
    /// Whether classes are kept so that what markers declare can be verified.
    pub(crate) verifies: bool,
    /// How often executions are run once more.
    pub(crate) repeats: Repeats,
    /// How many executions of the search there were before, in earlier stages of it.
    pub(crate) before: u64,
    pub(crate) workers: usize,
    /// The part of the search to run, if not all of it.
    pub(crate) shard: Option<Shard>,
    /// What the search knows of the code. If that becomes outdated, all that it finds is forgotten.
    pub(crate) lessons: Lessons,
}

/// How many executions may be run, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) max_schedules: Option<u64>,
    pub(crate) time: Option<Duration>,
    /// When the whole search began: this may be a later stage of it.
    pub(crate) since: Instant,
}

impl Limits {
    pub(crate) fn new(max_schedules: Option<u64>, time: Option<Duration>) -> Self {
        Limits {
            max_schedules,
            time,
            since: Instant::now(),
        }
    }

    /// Whether the time is up.
    pub(crate) fn is_late(&self) -> bool {
        self.time.is_some_and(|limit| self.since.elapsed() >= limit)
    }

    /// The limit, if any, that the search has reached after this number of executions. Checked
    /// before every execution.
    pub(crate) fn reached(&self, executions: u64) -> Option<StoppedBy> {
        let schedules = self.max_schedules.filter(|&max| executions >= max);
        let time = self.time.filter(|_| self.is_late());
        schedules
            .map(StoppedBy::MaxSchedules)
            .or(time.map(StoppedBy::TimeLimit))
    }
}
