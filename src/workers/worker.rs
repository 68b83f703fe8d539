//! One worker of a search.

use std::sync::Arc;

use parking_lot::Mutex;

use super::bounds::Bounds;
use super::job::Job;
use super::part_result::PartResult;
use super::work_queue::WorkQueue;
use crate::engine::{ExecutionResult, Scheduler, ThreadTable};
use crate::operation::{Choice, SchedulingPoint};
use crate::progress::Meter;
use crate::search::Account;

/// One worker: it searches one part of the tree after another.
#[derive(Debug)]
pub(super) struct Worker {
    queue: Arc<WorkQueue>,
    bounds: Bounds,
    /// Whether others wait for this one to run.
    pub(super) is_called: bool,
    pub(super) job: Option<Job>,
    /// The part that the job is of, for when the engine fails and keeps the rest.
    pub(super) part: Arc<Mutex<Option<Arc<PartResult>>>>,
    pub(super) executions: u64,
    meter: Option<Arc<Meter>>,
    /// The last question of the meter that was heard.
    heard: u32,
}

impl Worker {
    pub(super) fn new(queue: &Arc<WorkQueue>, bounds: Bounds, meter: Option<&Arc<Meter>>) -> Self {
        Worker {
            queue: Arc::clone(queue),
            bounds,
            is_called: false,
            job: None,
            part: Arc::default(),
            executions: 0,
            meter: meter.cloned(),
            heard: 0,
        }
    }

    /// Takes a job if it has none; false if there is none left.
    pub(super) fn has_job(&mut self) -> bool {
        if self.job.is_none() {
            self.job = self.queue.next();
            let part = self.job.as_ref().map(|job| Arc::clone(&job.part_result));
            self.part.lock().clone_from(&part);
        }
        self.job.is_some()
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
            if !self.has_job() {
                return None;
            }
            let job = self.job.as_mut()?;
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
        if let Some(stop) = self.bounds.limits.reached(self.executions) {
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
