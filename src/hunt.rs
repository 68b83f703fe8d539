//! Directs a search through the executions of a program, on as many workers as there are.

use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::engine::{Director, Ended, Engine, How, Limits, Subject};
use crate::error::{Error, ErrorKind};
use crate::progress::Meter;
use crate::search::{DepthFirst, Point, Search as _, Shard};

mod findings;
mod first;
mod frontier;
mod stopped;
mod told;

pub(crate) use findings::{Findings, Found, Outcome};
use frontier::{Frontier, Job, Segment};
pub use stopped::StoppedBy;
use told::Told;

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

/// How long one worker searches before the others are started: most searches end before.
const SOLO: Duration = Duration::from_micros(500);

/// How many executions pass between two looks at the clock.
const LOOK: u64 = 16;

/// Runs every execution of `subject`, or those that the bounds allow. What is found does not
/// depend on the number of workers. The meter, if there is one, learns how far the search is.
///
/// # Errors
///
/// If the system gives no thread or memory at the start.
pub(crate) fn hunt(
    subject: &Arc<dyn Subject>,
    engine: Engine,
    limits: Limits,
    bounds: Bounds,
    meter: Option<&Arc<Meter>>,
) -> Result<(Findings, StoppedBy), Error> {
    let weights = match bounds.shard {
        Some(_) => Some(first::weigh(subject, engine, limits)?),
        None => None,
    };
    let whole = match (bounds.shard, &weights) {
        (Some(shard), Some(weights)) => DepthFirst::of_shard(shard, Arc::clone(weights)),
        _ => DepthFirst::default(),
    };
    let frontier = Arc::new(Frontier::new(whole));
    let direct = |hunt: Hunt| {
        let part = Arc::clone(&hunt.part);
        let result = engine.direct(subject, hunt, limits);
        result.map_err(|error| match &*part.lock() {
            Some(part) => frontier.fail(part, error),
            None => frontier.stop(StoppedBy::Error(error)),
        })
    };
    let solo = direct(Hunt::new(&frontier, bounds, meter, true));
    if let Ok(Hunt {
        job: Some(job),
        began,
        ..
    }) = solo
    {
        frontier.put_back(job, bounds.workers);
        let work = |_: rayon::BroadcastContext<'_>| {
            let hunt = Hunt {
                began,
                ..Hunt::new(&frontier, bounds, meter, false)
            };
            // What it failed at has been noted.
            let _ = direct(hunt);
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(bounds.workers)
            .build();
        pool.map_err(|error| no_pool(&error))?.broadcast(work);
    }
    let (mut findings, stopped_by) = frontier.finish(bounds.keeps_going);
    findings.weights = weights;
    Ok((findings, stopped_by))
}

#[cold]
fn no_pool(error: &rayon::ThreadPoolBuildError) -> Error {
    let text = format!("the operating system did not start the workers: {error}");
    Error::new(ErrorKind::NoOsThread, text)
}

/// One worker: it searches one part of the tree after another.
#[derive(Debug)]
struct Hunt {
    frontier: Arc<Frontier>,
    bounds: Bounds,
    began: Instant,
    /// Whether it leaves off, and leaves its job to several, when it takes long.
    is_solo: bool,
    job: Option<Job>,
    /// The part that the job is of, for when the engine fails and keeps the rest.
    part: Arc<Mutex<Option<Arc<Segment>>>>,
    executions: u64,
    meter: Option<Arc<Meter>>,
    /// The last question of the meter that was heard.
    heard: u32,
}

impl Hunt {
    fn new(
        frontier: &Arc<Frontier>,
        bounds: Bounds,
        meter: Option<&Arc<Meter>>,
        is_solo: bool,
    ) -> Self {
        // Which executions are the first so many is known only when they are run in order.
        let is_alone = bounds.workers == 1 || bounds.max_schedules.is_some();
        Hunt {
            frontier: Arc::clone(frontier),
            bounds,
            began: Instant::now(),
            is_solo: is_solo && !is_alone,
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
        let time = time_limit.filter(|&limit| self.began.elapsed() >= limit);
        schedules
            .map(StoppedBy::MaxSchedules)
            .or(time.map(StoppedBy::TimeLimit))
    }

    /// Tells the meter of an execution that is like others, perhaps like all.
    fn suppose(&self, ended: &Ended<'_>) {
        // A shard knows how far it is without.
        if let Some(meter) = &self.meter
            && ended.how == How::Held
            && self.bounds.shard.is_none()
        {
            meter.suppose(ended.steps);
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

    fn is_called_off(&self) -> bool {
        self.is_solo && self.executions.is_multiple_of(LOOK) && self.began.elapsed() >= SOLO
    }
}

impl Director for Hunt {
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
            } else if self.is_called_off() {
                return false;
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
        if self.frontier.is_hungry()
            && let Some(part) = self.job.as_mut().and_then(|job| job.search.split())
        {
            self.frontier.give(part);
        }
        true
    }

    fn repeated(&self) -> usize {
        self.job.as_ref().map_or(0, |job| job.search.repeated())
    }

    #[inline]
    fn choose(&mut self, point: &Point<'_>) -> Option<usize> {
        self.job.as_mut()?.search.choose(point)
    }

    fn end(&mut self, ended: Ended<'_>) {
        let Some(job) = &mut self.job else { return };
        // An execution that was cut short by the clock contradicts nothing.
        if !matches!(ended.how, How::TimedOut(_)) {
            job.search.end(ended.steps.len());
        }
        // Another shard counts it.
        if job.search.mismatch().is_none() && !job.search.owns() {
            return;
        }
        self.executions += 1;
        if self.executions == 1 {
            self.suppose(&ended);
        }
        let Some(job) = &mut self.job else { return };
        let mut findings = job.segment.findings.lock();
        findings.note(ended, job.search.mismatch());
        let ends = findings.contradiction.is_some()
            || findings.failure.is_some() && !self.bounds.keeps_going;
        drop(findings);
        if ends {
            job.is_done = true;
            self.frontier.cut_after(&job.segment);
        }
    }
}

#[cfg(test)]
mod tests;
