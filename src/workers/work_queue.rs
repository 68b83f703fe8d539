//! The parts of a search: which are left to do, and what was found in each.
//!
//! A part is a contiguous range of executions in exploration order. A worker that is out of work
//! makes the others split theirs, each time at the shallowest point with untaken choices. What is
//! found is kept part by part and put together in exploration order in the end; so it does not
//! depend on who did what when.

use std::cmp::Reverse;
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::job::{Job, ReportedProgress};
use super::part_result::PartResult;
use super::{Findings, StoppedBy};
use crate::engine::is_machine_busy;
use crate::error::Error;
use crate::search::Part;

/// What the workers share.
#[derive(Debug)]
pub(super) struct WorkQueue {
    plan: Mutex<Plan>,
    news: Condvar,
    /// How many workers wait for a part that nobody has given yet.
    hungry: AtomicUsize,
    /// Whether some parts need not be searched any further.
    has_cut: AtomicBool,
    /// How much there was to tell to those who wait for a part.
    told: AtomicUsize,
}

/// How long a worker that finds no part looks for one before it sleeps. A worker that was asked for
/// a part gives it before its next execution; waking a thread takes longer than many parts do.
const LOOKS: Duration = Duration::from_micros(50);

/// How long workers that were called are waited for at most.
const ROOM: Duration = Duration::from_millis(1);

#[derive(Debug)]
struct Plan {
    /// The parts that nobody searches yet.
    jobs: Vec<Job>,
    part_results: Vec<Arc<PartResult>>,
    workers: usize,
    idle: usize,
    /// How many workers were called and have not come yet, and how many do not run yet.
    called: usize,
    awaited: usize,
    /// The first part in which the search ends: what comes after it does not matter.
    last: Option<Arc<PartResult>>,
    stopped_by: Option<StoppedBy>,
}

impl WorkQueue {
    /// The queue of a whole search, for one worker.
    pub(super) fn new(whole: Box<dyn Part>) -> Self {
        let queue = WorkQueue {
            plan: Mutex::new(Plan {
                jobs: Vec::new(),
                part_results: Vec::new(),
                workers: 1,
                idle: 0,
                called: 0,
                awaited: 0,
                last: None,
                stopped_by: None,
            }),
            news: Condvar::new(),
            hungry: AtomicUsize::new(0),
            has_cut: AtomicBool::new(false),
            told: AtomicUsize::new(0),
        };
        queue.give(whole);
        queue
    }

    /// Expects so many workers more, each of which wants a part.
    pub(super) fn call(&self, others: usize) {
        let mut plan = self.plan.lock();
        plan.workers += others;
        plan.called += others;
        plan.awaited += others;
        self.count_hungry(&plan);
    }

    /// A worker that was called has come, and is about to ask for a part.
    pub(super) fn come(&self) {
        let mut plan = self.plan.lock();
        plan.called = plan.called.saturating_sub(1);
    }

    /// A worker that was called has begun to run.
    pub(super) fn arrive(&self) {
        let mut plan = self.plan.lock();
        plan.awaited = plan.awaited.saturating_sub(1);
        self.tell_all();
    }

    /// Waits a moment for workers that were called. A system often makes a new thread wait for
    /// milliseconds behind one that is busy, while another processor has nothing to do. Where all
    /// are busy, the worker would only lose its own.
    pub(super) fn make_room(&self) {
        let mut plan = self.plan.lock();
        if plan.awaited == 0 || is_machine_busy() {
            plan.awaited = 0;
            return;
        }
        let deadline = Instant::now() + ROOM;
        while plan.awaited > 0 && plan.stopped_by.is_none() {
            if self.news.wait_until(&mut plan, deadline).timed_out() {
                plan.awaited = 0;
            }
        }
    }

    /// Whether a worker waits for a part.
    pub(super) fn is_hungry(&self) -> bool {
        self.hungry.load(Relaxed) > 0
    }

    /// Adds a part.
    pub(super) fn give(&self, search: Box<dyn Part>) {
        let part_result = Arc::new(PartResult::new(&*search));
        let mut plan = self.plan.lock();
        plan.part_results.push(Arc::clone(&part_result));
        plan.jobs.push(Job {
            search,
            part_result,
            is_done: false,
            told: ReportedProgress::default(),
        });
        self.count_hungry(&plan);
        self.tell_one();
    }

    /// The next part to search; nothing when none is left and none can come. Waits while another
    /// worker may still give one.
    pub(super) fn next(&self) -> Option<Job> {
        let mut plan = self.plan.lock();
        plan.idle += 1;
        let mut has_looked = false;
        loop {
            if plan.stopped_by.is_some() {
                return None;
            }
            let last = plan.last.clone();
            let matters = |job: &Job| {
                last.as_ref()
                    .is_none_or(|last| job.part_result.order() <= last.order())
            };
            plan.jobs.retain(matters);
            plan.jobs.sort_by(|a, b| {
                Reverse(a.part_result.order()).cmp(&Reverse(b.part_result.order()))
            });
            if let Some(job) = plan.jobs.pop() {
                plan.idle -= 1;
                self.count_hungry(&plan);
                return Some(job);
            }
            // Those that were called and have not come have nothing, either.
            if plan.idle + plan.called == plan.workers {
                self.tell_all();
                return None;
            }
            self.count_hungry(&plan);
            if has_looked {
                self.news.wait(&mut plan);
            } else {
                let told = self.told.load(Relaxed);
                MutexGuard::unlocked(&mut plan, || self.look_out(told));
            }
            // What was told meanwhile is seen above before this sleeps: under the lock.
            has_looked = !has_looked;
        }
    }

    /// Looks out for a while for more than was told, without letting go of the processor: on a busy
    /// machine it would not come back for milliseconds.
    fn look_out(&self, told: usize) {
        let began = Instant::now();
        while self.told.load(Relaxed) == told && began.elapsed() < LOOKS {
            hint::spin_loop();
        }
    }

    /// Tells one of those who wait that there is a part.
    fn tell_one(&self) {
        self.told.fetch_add(1, Relaxed);
        self.news.notify_one();
    }

    /// Tells all of those who wait that there is nothing to wait for.
    fn tell_all(&self) {
        self.told.fetch_add(1, Relaxed);
        self.news.notify_all();
    }

    fn count_hungry(&self, plan: &Plan) {
        let want = plan.idle + plan.called;
        let hungry = want.saturating_sub(plan.jobs.len());
        self.hungry.store(hungry, Relaxed);
    }

    /// The search ends in `part_result`: parts that come after it need not be searched.
    pub(super) fn cut_after(&self, part_result: &Arc<PartResult>) {
        let mut plan = self.plan.lock();
        if plan
            .last
            .as_ref()
            .is_none_or(|last| part_result.order() < last.order())
        {
            plan.last = Some(Arc::clone(part_result));
        }
        self.has_cut.store(true, Relaxed);
    }

    /// A worker failed in `part_result`: the search ends there, and goes on without it before.
    pub(super) fn fail(&self, part_result: &Arc<PartResult>, error: Error) {
        part_result.findings().error.get_or_insert(error);
        self.cut_after(part_result);
        self.plan.lock().workers -= 1;
        self.tell_all();
    }

    /// Ends the search in every part. An error says more than a limit that was met before.
    pub(super) fn stop(&self, stopped_by: StoppedBy) {
        let mut plan = self.plan.lock();
        match stopped_by {
            StoppedBy::Error(_) => plan.stopped_by = Some(stopped_by),
            _ => drop(plan.stopped_by.get_or_insert(stopped_by)),
        }
        drop(plan);
        self.has_cut.store(true, Relaxed);
        self.tell_all();
    }

    /// Whether what is left of `part_result` does not matter.
    pub(super) fn is_cut(&self, part_result: &PartResult) -> bool {
        self.has_cut.load(Relaxed) && {
            let plan = self.plan.lock();
            let comes_after = |last: &Arc<PartResult>| part_result.order() > last.order();
            plan.stopped_by.is_some() || plan.last.as_ref().is_some_and(comes_after)
        }
    }

    /// What was found, put together in exploration order, and what ended the search.
    pub(super) fn finish(&self, keeps_going: bool) -> (Findings, StoppedBy) {
        let mut plan = self.plan.lock();
        plan.part_results.sort_by(|a, b| a.order().cmp(b.order()));
        let mut total = Findings::default();
        for part_result in &plan.part_results {
            total.append(&mut part_result.findings());
            if let Some(error) = total.error.take() {
                return (total, StoppedBy::Error(error));
            }
            let ends = total.contradiction.is_some() || total.failure.is_some() && !keeps_going;
            if ends && plan.stopped_by.is_none() {
                return (total, StoppedBy::FirstFailure);
            }
        }
        (
            total,
            plan.stopped_by.take().unwrap_or(StoppedBy::Exhausted),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::DepthFirst;

    #[test]
    fn nobody_waits_for_a_worker_that_was_called_and_has_not_come() {
        let queue = WorkQueue::new(Box::new(DepthFirst::default()));
        assert!(queue.next().is_some());
        queue.call(1);
        assert!(queue.is_hungry(), "it will want a part");
        assert!(queue.next().is_none());
        queue.come();
        assert!(queue.next().is_none(), "it is late");
        let (findings, stopped_by) = queue.finish(false);
        assert_eq!(
            (findings.tally.total(), stopped_by),
            (0, StoppedBy::Exhausted)
        );
    }
}
