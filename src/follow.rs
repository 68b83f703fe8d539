//! Follows a named schedule, and says exactly where a program does not.

use itertools::Itertools as _;

use crate::engine::{ExecutionResult, How, Scheduler};
use crate::error::Error;
use crate::execution::Record;
use crate::program::check_names;
use crate::schedule::Schedule;
use crate::search::{Enabled, SchedulingPoint, ThreadId};

mod refusal;

/// Directs one execution along a schedule. What is left when the schedule is used up follows the
/// fixed order.
#[derive(Debug)]
pub(crate) struct Follow {
    schedule: Schedule,
    /// The thread of each step.
    threads: Vec<ThreadId>,
    names: Vec<String>,
    /// Whether every step of the execution must be in the schedule.
    is_exact: bool,
    taken: usize,
    begun: bool,
    stop: Option<Stop>,
    record: Option<Record>,
    outcome: Option<String>,
}

/// Why an execution was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The next step cannot be granted.
    Diverged,
    /// No step is left, and this thread is ready.
    UsedUp(Enabled),
}

impl Follow {
    /// Prepares to follow `schedule` with the threads `names`.
    ///
    /// # Errors
    ///
    /// If two threads have one name, there is none, or a step names another.
    pub(crate) fn new(schedule: Schedule, names: &[String], is_exact: bool) -> Result<Self, Error> {
        check_names(names)?;
        let threads = schedule.steps().iter().enumerate().map(|(at, step)| {
            let index = names.iter().position(|name| name == step.thread());
            let unknown = || refusal::unknown_thread(&schedule, at, names);
            index.map(ThreadId::new).ok_or_else(unknown)
        });
        let threads = threads.try_collect()?;
        Ok(Follow {
            schedule,
            threads,
            names: names.to_vec(),
            is_exact,
            taken: 0,
            begun: false,
            stop: None,
            record: None,
            outcome: None,
        })
    }

    /// The execution, or why it could not follow the schedule.
    ///
    /// # Panics
    ///
    /// If the execution has not ended.
    pub(crate) fn finish(self) -> (Record, Result<(), Error>) {
        let record = self
            .record
            .as_ref()
            .expect("the engine ends what it begins");
        let fits = match (&record.how, self.stop) {
            (How::Stopped, Some(Stop::UsedUp(ready))) => Err(self.used_up(ready, record)),
            (How::Stopped, _) => Err(refusal::diverged(
                &self.schedule,
                self.taken,
                &self.names,
                record,
            )),
            (How::Held | How::CheckFailed(_) | How::Breached(_), _)
                if self.taken < self.schedule.len() =>
            {
                Err(refusal::too_long(
                    &self.schedule,
                    self.taken,
                    &self.names,
                    record,
                ))
            }
            _ => Ok(()),
        };
        (self.record.expect("it was there"), fits)
    }

    /// What the execution ended in, in words, if it is asked for.
    pub(crate) fn take_outcome(&mut self) -> Option<String> {
        self.outcome.take()
    }

    fn used_up(&self, ready: Enabled, record: &Record) -> Error {
        let has_steps = self.threads.contains(&ready.thread);
        refusal::used_up(&self.schedule, &self.names, ready, has_steps, record)
    }

    fn next_planned(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        let (thread, marker) = (
            self.threads[self.taken],
            self.schedule.steps()[self.taken].marker(),
        );
        let fits = |ready: &Enabled| ready.thread == thread && ready.marker.site().name() == marker;
        let choice = point.ready.iter().position(fits);
        match choice {
            Some(_) => self.taken += 1,
            None => self.stop = Some(Stop::Diverged),
        }
        choice
    }
}

impl Scheduler for Follow {
    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.begun, true)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        if self.taken < self.schedule.len() {
            return self.next_planned(point);
        }
        if !self.is_exact {
            return Some(point.default_choice());
        }
        // A thread that the schedule never names says more than one whose steps are used up.
        let unnamed = point
            .ready
            .iter()
            .find(|ready| !self.threads.contains(&ready.thread));
        self.stop = Some(Stop::UsedUp(*unnamed.unwrap_or(&point.ready[0])));
        None
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        self.outcome = ended.outcome.map(str::to_owned);
        self.record = Some(Record::of(ended));
    }
}
