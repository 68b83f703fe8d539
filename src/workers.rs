//! Directs a search through the executions of a program, on as many workers as there are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::engine::{Engine, EngineOptions, ExecutionResult, How, Program, Scheduler};
use crate::error::Error;
use crate::progress::Meter;
use crate::search::{Account, Part, SchedulingPoint, Search as _, SearchPlan, Shard, Stages};

mod findings;
mod first;
mod parallel_search;
mod part_result;
mod reported_progress;
mod stopped;
mod work_queue;

pub(crate) use findings::{FailingExecution, Findings, Outcome};
use parallel_search::ParallelSearch;
use part_result::PartResult;
use reported_progress::ReportedProgress;
pub use stopped::StoppedBy;
use work_queue::{Job, WorkQueue};

/// What ends a search before its time, and how many workers it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    pub(crate) max_schedules: Option<u64>,
    pub(crate) time_limit: Option<Duration>,
    pub(crate) keeps_going: bool,
    pub(crate) workers: usize,
    /// The part of the search that is to be made, if not all of it.
    pub(crate) shard: Option<Shard>,
}

/// Runs the executions of `subject` that the course consists of, or those of them that the bounds
/// allow. What is found does not depend on the number of workers. The meter, if there is one, learns
/// how far the search is.
///
/// # Errors
///
/// If the system gives no thread or memory at the start.
pub(crate) fn run_search(
    subject: &Arc<dyn Program>,
    engine: Engine,
    limits: EngineOptions,
    bounds: Bounds,
    (course, seed): (SearchPlan, u64),
    meter: Option<&Arc<Meter>>,
) -> Result<(Findings, StoppedBy), Error> {
    let weights = match (bounds.shard, course) {
        (Some(_), SearchPlan::Exhaustive) => Some(first::weigh(subject, engine, limits)?),
        _ => None,
    };
    let mut chase = ParallelSearch {
        subject: Arc::clone(subject),
        engine,
        limits,
        bounds,
        since: Instant::now(),
        meter: meter.cloned(),
    };
    if let (Some(meter), Some(schedules)) = (meter, course.schedules()) {
        let range = bounds.shard.map(|shard| shard.range_of(schedules));
        meter.expect(range.map_or(schedules, |range| range.end - range.start));
    }
    let shard = bounds.shard.map(|shard| (shard, weights.clone()));
    let mut stages = Stages::new(course, seed, shard);
    let mut total = Findings {
        weights,
        ..Findings::default()
    };
    while let Some(stage) = stages.next(total.tally.total(), total.leaves_out) {
        let left = bounds.max_schedules.map(|max| max - total.tally.total());
        let of_stage = stage.max_schedules;
        chase.bounds.max_schedules = left.into_iter().chain(of_stage).min();
        // A sample leaves out others even if it is of none.
        total.leaves_out = matches!(stage.part, Part::Sample(_));
        let (mut found, stopped_by) = Arc::new(chase.clone()).run(stage.part);
        total.append(&mut found);
        match stopped_by {
            StoppedBy::Exhausted => {}
            StoppedBy::MaxSchedules(_) if bounds.max_schedules != Some(total.tally.total()) => {
                total.leaves_out = true;
            }
            StoppedBy::MaxSchedules(_) => {
                return Ok((
                    total,
                    bounds
                        .max_schedules
                        .map_or(stopped_by, StoppedBy::MaxSchedules),
                ));
            }
            _ => return Ok((total, stopped_by)),
        }
    }
    let stopped_by = match course {
        SearchPlan::Preemptions(max) if total.leaves_out => StoppedBy::MaxPreemptions(max),
        _ if total.leaves_out => StoppedBy::Sampled(total.tally.total()),
        _ => StoppedBy::Exhausted,
    };
    Ok((total, stopped_by))
}

/// One worker: it searches one part of the tree after another.
#[derive(Debug)]
struct Worker {
    frontier: Arc<WorkQueue>,
    bounds: Bounds,
    /// When the whole search began, of which this may be a stage.
    since: Instant,
    /// Whether others wait for this one to run.
    is_called: bool,
    job: Option<Job>,
    /// The part that the job is of, for when the engine fails and keeps the rest.
    part: Arc<Mutex<Option<Arc<PartResult>>>>,
    executions: u64,
    meter: Option<Arc<Meter>>,
    /// The last question of the meter that was heard.
    heard: u32,
}

impl Worker {
    fn new(
        frontier: &Arc<WorkQueue>,
        bounds: Bounds,
        since: Instant,
        meter: Option<&Arc<Meter>>,
    ) -> Self {
        Worker {
            frontier: Arc::clone(frontier),
            bounds,
            since,
            is_called: false,
            job: None,
            part: Arc::default(),
            executions: 0,
            meter: meter.cloned(),
            heard: 0,
        }
    }

    /// The one place where limits are checked, before every execution.
    fn limit(&self) -> Option<StoppedBy> {
        let Bounds {
            max_schedules,
            time_limit,
            ..
        } = self.bounds;
        let schedules = max_schedules.filter(|&max| self.executions >= max);
        let time = time_limit.filter(|&limit| self.since.elapsed() >= limit);
        schedules
            .map(StoppedBy::MaxSchedules)
            .or(time.map(StoppedBy::TimeLimit))
    }

    /// Gives a part of the job to those who want one.
    #[cold]
    fn share(&mut self) {
        let part = self.job.as_mut().and_then(|job| job.search.split());
        if let Some(part) = part {
            self.frontier.give(part);
            self.frontier.make_room();
        }
    }

    /// Tells the meter how far the job is, if it has asked or the job is over.
    fn tell(&mut self, is_over: bool) {
        if let Some(meter) = &self.meter
            && (meter.has_asked(&mut self.heard) || is_over)
            && let Some(job) = &mut self.job
        {
            job.tell(meter, is_over);
        }
    }
}

impl Scheduler for Worker {
    fn begin(&mut self) -> bool {
        loop {
            let Some(job) = &mut self.job else {
                self.job = self.frontier.next();
                let part = self.job.as_ref().map(|job| Arc::clone(&job.segment));
                self.part.lock().clone_from(&part);
                if part.is_none() {
                    return false;
                }
                continue;
            };
            if job.is_done || self.frontier.is_cut(&job.segment) {
                self.job = None;
            } else if self.job.as_mut().is_some_and(|job| job.search.begin()) {
                self.tell(false);
                break;
            } else {
                self.tell(true);
                self.job = None;
            }
        }
        if let Some(stop) = self.limit() {
            self.frontier.stop(stop);
            self.job = None;
            return false;
        }
        if self.frontier.is_hungry() {
            self.share();
        }
        if self.is_called && self.executions > 0 {
            self.is_called = false;
            self.frontier.arrive();
        }
        true
    }

    fn repeated(&self) -> usize {
        self.job.as_ref().map_or(0, |job| job.search.repeated())
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        self.job.as_mut()?.search.choose(point)
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        let Some(job) = &mut self.job else { return };
        // An execution that was cut short by the clock contradicts nothing.
        if !ended.how.is_timed_out() {
            job.search.end(ended.steps.len());
        }
        let account = job.search.account();
        self.executions += u64::from(!account.is_repetition);
        if self.executions == 1
            && let (Part::DepthFirst(_), Some(meter)) = (&job.search, &self.meter)
            && *ended.how == How::Held
            && self.bounds.shard.is_none()
        {
            // It is like others, perhaps like all. A shard is measured without.
            meter.suppose(ended.steps);
        }
        let (segment, mismatch) = (&job.segment, job.search.mismatch());
        if ended.is_plain() && account == Account::default() && mismatch.is_none() {
            segment.note_held(ended.steps.len());
        } else if segment.note(ended, account, mismatch, self.bounds.keeps_going) {
            job.is_done = true;
            self.frontier.cut_after(&job.segment);
        }
    }
}

#[cfg(test)]
mod tests;
