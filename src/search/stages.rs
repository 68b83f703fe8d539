//! The searches that a strategy is made of, one after the other.

use std::sync::Arc;

use super::{Bounded, DepthFirst, Method, Part, Sample, Shard, Weights};

/// How many executions a portfolio runs at most before it draws any.
const FIRST: u64 = 200;

/// Which executions are run, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Course {
    /// All, depth first.
    Exhaustive,
    /// Those with at most so many preemptions, fewest first.
    Preemptions(usize),
    /// So many that are drawn.
    Sample(Method, u64),
    /// So many: the first of those with at most one preemption, then such that are drawn in
    /// several ways in turn.
    Portfolio(u64),
}

/// A shard, and what it is measured by where that is needed.
pub(crate) type Apart = (Shard, Option<Arc<Weights>>);

/// One search of several.
#[derive(Debug)]
pub(crate) struct Stage {
    /// All of it.
    pub(crate) part: Part,
    /// How many executions of it are run at most.
    pub(crate) max_schedules: Option<u64>,
}

/// The searches of a course, one after the other.
#[derive(Debug)]
pub(crate) struct Stages {
    course: Course,
    seed: u64,
    shard: Option<Apart>,
    /// How many have begun.
    begun: usize,
}

impl Course {
    /// Whether it is one search, of which shards are next to each other.
    pub(crate) fn has_shards(self) -> bool {
        matches!(self, Course::Exhaustive | Course::Sample(..))
    }

    /// How many executions it runs, if that is known.
    pub(crate) fn schedules(self) -> Option<u64> {
        match self {
            Course::Exhaustive | Course::Preemptions(_) => None,
            Course::Sample(_, schedules) | Course::Portfolio(schedules) => Some(schedules),
        }
    }
}

impl Stages {
    pub(crate) fn new(course: Course, seed: u64, shard: Option<Apart>) -> Self {
        Stages {
            course,
            seed,
            shard,
            begun: 0,
        }
    }

    /// The next search, when so many executions have been counted and the search before has or has
    /// not left out others.
    pub(crate) fn next(&mut self, executions: u64, left_out: bool) -> Option<Stage> {
        let number = self.begun;
        self.begun = number.saturating_add(1);
        if number > 0 && !left_out {
            return None;
        }
        let whole = |part| Stage {
            part,
            max_schedules: None,
        };
        let sample = |method, schedules| {
            let own = self
                .shard
                .as_ref()
                .map(|(shard, _)| shard.range_of(schedules));
            let own = own.unwrap_or(0..schedules);
            let sample = Sample::new(method, self.seed, own);
            whole(Part::Sample(Box::new(sample)))
        };
        match self.course {
            Course::Exhaustive => {
                let search = match &self.shard {
                    Some((shard, Some(weights))) => {
                        DepthFirst::of_shard(*shard, Arc::clone(weights))
                    }
                    _ => DepthFirst::default(),
                };
                (number == 0).then(|| whole(Part::DepthFirst(search)))
            }
            Course::Preemptions(max) => {
                (number <= max).then(|| whole(Part::Bounded(Bounded::new(number))))
            }
            Course::Sample(method, schedules) => (number == 0).then(|| sample(method, schedules)),
            Course::Portfolio(schedules) => {
                let first = FIRST.min(schedules);
                if number < 2 && executions < first {
                    return Some(Stage {
                        part: Part::Bounded(Bounded::new(number)),
                        max_schedules: Some(first - executions),
                    });
                }
                // Nothing comes after what is drawn.
                self.begun = usize::MAX;
                (number <= 2).then(|| sample(Method::Turns, schedules - executions))
            }
        }
    }
}
