//! Directs a search through the executions of a program, on as many workers as there are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::engine::{Engine, EngineOptions, ExecutionResult, Program, Scheduler, ThreadTable};
use crate::error::Error;
use crate::operation::{Choice, SchedulingPoint};
use crate::progress::Meter;
use crate::search::{Account, SearchPlan, Shard, Stages};

mod findings;
mod first;
mod parallel_search;
mod part_result;
mod reported_progress;
mod stopped;
mod work_queue;

pub(crate) use findings::{FailingExecution, Findings, OutcomeSummary, Outcomes, append_outcomes};
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

/// Runs the executions of `subject` that the plan consists of, or those of them that the bounds
/// allow. What is found does not depend on the number of workers. The meter, if there is one, learns
/// how far the search is.
///
/// # Errors
///
/// If the system gives no thread or memory at the start.
pub(crate) fn run_search(
    subject: &Arc<dyn Program>,
    engine: Engine,
    options: EngineOptions,
    bounds: Bounds,
    (plan, seed): (SearchPlan, u64),
    meter: Option<&Arc<Meter>>,
) -> Result<(Findings, StoppedBy), Error> {
    let weights = match (bounds.shard, plan) {
        (Some(_), SearchPlan::Exhaustive) => Some(first::weigh(subject, engine, options)?),
        _ => None,
    };
    let mut search = ParallelSearch {
        subject: Arc::clone(subject),
        engine,
        options,
        bounds,
        since: Instant::now(),
        meter: meter.cloned(),
    };
    if let (Some(meter), Some(schedules)) = (meter, plan.schedules()) {
        let range = bounds.shard.map(|shard| shard.range_of(schedules));
        meter.expect(range.map_or(schedules, |range| range.end - range.start));
    }
    let shard = bounds.shard.map(|shard| (shard, weights.clone()));
    let mut stages = Stages::new(plan, seed, shard);
    let mut total = Findings {
        weights,
        ..Findings::default()
    };
    while let Some(stage) = stages.next(total.tally.total(), total.leaves_out) {
        let left = bounds.max_schedules.map(|max| max - total.tally.total());
        let of_stage = stage.max_schedules;
        search.bounds.max_schedules = left.into_iter().chain(of_stage).min();
        total.leaves_out = stage.leaves_out;
        let (mut found, stopped_by) = Arc::new(search.clone()).run(stage.part);
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
    let stopped_by = match plan {
        SearchPlan::Preemptions(max) if total.leaves_out => StoppedBy::MaxPreemptions(max),
        _ if total.leaves_out => StoppedBy::Sampled(total.tally.total()),
        _ => StoppedBy::Exhausted,
    };
    Ok((total, stopped_by))
}

/// One worker: it searches one part of the tree after another.
#[derive(Debug)]
struct Worker {
    queue: Arc<WorkQueue>,
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
        queue: &Arc<WorkQueue>,
        bounds: Bounds,
        since: Instant,
        meter: Option<&Arc<Meter>>,
    ) -> Self {
        Worker {
            queue: Arc::clone(queue),
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

    /// The one place where options are checked, before every execution.
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
            self.queue.give(part);
            self.queue.make_room();
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
    fn new_execution(&mut self) -> Option<usize> {
        let repeated = loop {
            let Some(job) = &mut self.job else {
                self.job = self.queue.next();
                let part = self.job.as_ref().map(|job| Arc::clone(&job.part_result));
                self.part.lock().clone_from(&part);
                part?;
                continue;
            };
            if job.is_done || self.queue.is_cut(&job.part_result) {
                self.job = None;
            } else if let Some(repeated) = job.search.new_execution() {
                self.tell(false);
                break repeated;
            } else {
                self.tell(true);
                self.job = None;
            }
        };
        if let Some(stop) = self.limit() {
            self.queue.stop(stop);
            self.job = None;
            return None;
        }
        if self.queue.is_hungry() {
            self.share();
        }
        if self.is_called && self.executions > 0 {
            self.is_called = false;
            self.queue.arrive();
        }
        Some(repeated)
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        match &mut self.job {
            Some(job) => job.search.choose(point),
            None => Choice::Prune,
        }
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        let Some(job) = &mut self.job else { return };
        let account = job.search.end(&result.trace);
        self.executions += u64::from(!account.is_repetition);
        if self.executions == 1
            && let Some(meter) = &self.meter
            && result.end.is_held()
            && self.bounds.shard.is_none()
            && job.search.progress(&[], None).is_some()
        {
            // It is like others, perhaps like all. A shard is measured without.
            meter.suppose(result.trace.events);
        }
        let part = &job.part_result;
        if result.is_plain() && account == Account::default() {
            part.note_held(result.trace.events.len());
        } else if part.note(result, account, self.bounds.keeps_going) {
            job.is_done = true;
            self.queue.cut_after(&job.part_result);
        }
    }
}

#[cfg(test)]
mod tests;
