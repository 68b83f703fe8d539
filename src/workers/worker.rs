//! One worker of a search.

use std::sync::Arc;

use super::StoppedBy;
use super::again::Again;
use super::bounds::Bounds;
use super::job::Job;
use super::part_result::PartResult;
use super::reach::Reach;
use super::work_queue::WorkQueue;
use crate::engine::{ExecutionResult, Scheduler, ThreadTable};
use crate::locks::Mutex;
use crate::operation::{Choice, SchedulingPoint};
use crate::progress::Meter;
use crate::search::Rate;

/// One worker: it searches one part of the tree after another.
#[derive(Debug)]
pub(super) struct Worker {
    queue: Arc<WorkQueue>,
    bounds: Bounds,
    /// Whether the queue still waits for this worker to run.
    pub(super) is_awaited: bool,
    pub(super) job: Option<Job>,
    /// The part of the job, shared so that it is known after the engine has failed and kept this.
    pub(super) part: Arc<Mutex<Option<Arc<PartResult>>>>,
    pub(super) executions: u64,
    /// How many threads the program declares, and what this part shows of them; nothing more is noted once all is.
    declared: usize,
    reach: Reach,
    is_reach_complete: bool,
    /// Whether it has run anything, counted or not.
    has_run: bool,
    again: Again,
    meter: Option<Arc<Meter>>,
    /// The last request of the meter that was answered.
    answered: u32,
}

impl Worker {
    pub(super) fn new(
        queue: &Arc<WorkQueue>,
        bounds: Bounds,
        rate: Rate,
        declared: usize,
        meter: Option<&Arc<Meter>>,
    ) -> Self {
        Worker {
            queue: Arc::clone(queue),
            bounds,
            is_awaited: false,
            job: None,
            part: Arc::default(),
            executions: 0,
            declared,
            reach: Reach::default(),
            is_reach_complete: false,
            has_run: false,
            again: Again::new(bounds.repeats, rate),
            meter: meter.cloned(),
            answered: 0,
        }
    }

    /// Takes a job unless it has one; false if none is left.
    pub(super) fn has_job(&mut self) -> bool {
        if self.job.is_none() {
            self.job = self.queue.next();
            // Noted for each part: which parts count is known only in the end.
            self.reach = Reach::default();
            self.is_reach_complete = false;
            let part = self.job.as_ref().map(|job| Arc::clone(&job.part_result));
            self.part.lock().clone_from(&part);
        }
        self.job.is_some()
    }

    /// Whether the next execution is the one before once more, for which nothing is asked of the search.
    #[cold]
    fn begins_again(&mut self) -> bool {
        let Bounds {
            limits, lessons, ..
        } = self.bounds;
        let part = self.job.as_ref().map(|job| &job.part_result);
        let is_cut = part.is_none_or(|part| self.queue.is_cut(part));
        if is_cut || limits.is_late() || lessons.are_outdated() {
            self.again.give_up();
        }
        self.again.begins(|| limits.since.elapsed())
    }

    /// A repeat has ended. If it differs, the search ends with that.
    #[cold]
    fn end_again(&mut self, result: ExecutionResult<'_>) {
        let difference = self.again.end(result);
        let Some(job) = &mut self.job else { return };
        job.part_result.findings().repeats += 1;
        if let Some(difference) = difference {
            job.part_result.findings().differs(difference);
            job.is_done = true;
            self.again.give_up();
            self.queue.cut_after(&job.part_result);
        }
    }

    /// Gives a part of the job to the workers that wait for one.
    #[cold]
    fn share(&mut self) {
        let part = self.job.as_mut().and_then(|job| job.search.split());
        if let Some(part) = part {
            self.queue.give(part);
            self.queue.await_new_workers();
        }
    }

    /// Reports the progress of the job if the meter has asked, or the job is over.
    fn report(&mut self, is_over: bool) {
        if let Some(meter) = &self.meter
            && (meter.has_asked(&mut self.answered) || is_over)
            && let Some(job) = &mut self.job
        {
            job.report(meter, is_over);
        }
    }
}

impl Scheduler for Worker {
    fn new_execution(&mut self) -> Option<usize> {
        if self.again.is_under_way() && self.begins_again() {
            return Some(0);
        }
        let repeated = loop {
            if !self.has_job() {
                return None;
            }
            let job = self.job.as_mut()?;
            if job.is_done || self.queue.is_cut(&job.part_result) {
                self.job = None;
            } else if let Some(repeated) = job.search.new_execution() {
                self.report(false);
                break repeated;
            } else {
                self.report(true);
                self.job = None;
            }
        };
        let is_outdated = self.bounds.lessons.are_outdated();
        let reached = self.bounds.limits.reached(self.executions);
        if let Some(stop) = reached.or(is_outdated.then_some(StoppedBy::Exhausted)) {
            self.queue.stop(stop);
            self.job = None;
            return None;
        }
        if self.queue.is_hungry() {
            self.share();
        }
        if self.is_awaited && self.executions > 0 {
            self.is_awaited = false;
            self.queue.worker_runs();
        }
        Some(repeated)
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        match &mut self.job {
            _ if self.again.is_under_way() => self.again.choose(point),
            Some(job) => job.search.choose(point),
            None => Choice::Prune,
        }
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        if self.again.is_under_way() {
            return self.end_again(result);
        }
        let Some(job) = &mut self.job else { return };
        let account = job.search.end(&result.trace);
        self.executions += u64::from(!account.is_repetition);
        if self.executions == 1
            && let Some(meter) = &self.meter
            && result.end.is_held()
            && self.bounds.shard.is_none()
            && job.search.progress(&[], None).is_some()
        {
            // Suppose that all executions take these steps. Shards are measured another way.
            meter.suppose(result.trace.events);
        }
        if !std::mem::replace(&mut self.has_run, true) && job.part_result.order.is_empty() {
            job.part_result.findings().note_held(result);
        }
        if self.executions == 1 && job.part_result.order.is_empty() {
            job.part_result.findings().note_first(result);
        }
        if !job.is_decided {
            job.decide();
        }
        let part = &job.part_result;
        if self.bounds.verifies
            && let Some(class) = account.class
        {
            part.findings().sample.add(class, &result.trace);
        }
        if !self.is_reach_complete && self.reach.note(result.trace.events, self.declared) {
            part.findings().reach.append(&self.reach);
            self.is_reach_complete = self.reach.is_complete(self.declared);
        }
        let is_of_class = account.class.is_some();
        let counts = !account.is_repetition && !account.ends_search();
        if result.is_plain() && account.is_plain() {
            part.record_held(result.trace.events.len(), account.class.is_some());
        } else if part.record(result, account, self.bounds.keeps_going) {
            job.is_done = true;
            self.queue.cut_after(&job.part_result);
        }
        if counts && !job.is_done {
            self.again.note(result, is_of_class);
        }
    }
}
