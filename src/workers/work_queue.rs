//! The queue of parts of a search that are left to do, and what was found in each.
//!
//! A part is a contiguous range of executions in exploration order. When a worker runs out of
//! work, the others split their parts, each at the shallowest point with untaken choices. Findings
//! are kept for each part and joined in exploration order at the end, so they do not depend on
//! which worker did what when.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

use super::job::Job;
use super::part_result::PartResult;
use super::{Findings, StoppedBy};
use crate::engine::is_machine_busy;
use crate::error::Error;
use crate::locks::{Condvar, Mutex, MutexGuard};
use crate::search::Part;

#[derive(Debug, Default)]
pub(super) struct WorkQueue {
    state: Mutex<State>,
    news: Condvar,
    /// How many parts the waiting workers lack.
    wanted: AtomicUsize,
    /// Whether some parts need not be searched any further.
    has_cut: AtomicBool,
    /// Generation counter of `news`.
    generation: AtomicUsize,
}

/// How long a worker that finds no part spins before it sleeps. A worker that was asked for a part
/// gives one before its next execution, and waking a thread takes longer than many parts do.
const SPIN: Duration = Duration::from_micros(50);

/// How long to wait for new workers to run.
const START: Duration = Duration::from_millis(1);

#[derive(Debug, Default)]
struct State {
    /// The parts that no worker has taken yet.
    jobs: Vec<Job>,
    part_results: Vec<Arc<PartResult>>,
    workers: usize,
    idle: usize,
    /// How many new workers have not asked for a part yet, and how many have run nothing yet.
    joining: usize,
    awaited: usize,
    /// The first part in which the search ends: what comes after it does not matter.
    last: Option<Arc<PartResult>>,
    stopped_by: Option<StoppedBy>,
}

/// Whether `part` comes after `last`, if the search ends in that.
fn is_after(part: &PartResult, last: Option<&Arc<PartResult>>) -> bool {
    last.is_some_and(|last| part.order > last.order)
}

impl WorkQueue {
    /// The queue of a whole search, for one worker.
    pub(super) fn new(whole: Box<dyn Part>) -> Self {
        let queue = WorkQueue::default();
        queue.state.lock().workers = 1;
        queue.give(whole);
        queue
    }

    /// Expects `others` further workers, each of which wants a part.
    pub(super) fn expect_workers(&self, others: usize) {
        let mut state = self.state.lock();
        state.workers += others;
        state.joining += others;
        state.awaited += others;
        self.count_wanted(&state);
    }

    /// Notes that a new worker is about to ask for a part.
    pub(super) fn worker_joined(&self) {
        let mut state = self.state.lock();
        state.joining = state.joining.saturating_sub(1);
    }

    /// Notes that a new worker has begun to run.
    pub(super) fn worker_runs(&self) {
        let mut state = self.state.lock();
        state.awaited = state.awaited.saturating_sub(1);
        self.notify_all();
    }

    /// Waits briefly until the new workers run. A system often queues a new thread for milliseconds
    /// behind a busy one while another processor is idle. Where all are busy, waiting would only
    /// cost the caller its processor.
    pub(super) fn await_new_workers(&self) {
        let mut state = self.state.lock();
        if state.awaited == 0 || is_machine_busy() {
            state.awaited = 0;
            return;
        }
        let deadline = Instant::now() + START;
        while state.awaited > 0 && state.stopped_by.is_none() {
            if self.news.wait_until(&mut state, deadline).timed_out() {
                state.awaited = 0;
            }
        }
    }

    pub(super) fn is_hungry(&self) -> bool {
        self.wanted.load(Relaxed) > 0
    }

    pub(super) fn give(&self, search: Box<dyn Part>) {
        let job = Job::new(search);
        let mut state = self.state.lock();
        state.part_results.push(Arc::clone(&job.part_result));
        state.jobs.push(job);
        self.count_wanted(&state);
        self.generation.fetch_add(1, Relaxed);
        self.news.notify_one();
    }

    /// The next part to search, or `None` when none is left and none can come. Waits while another
    /// worker may still give one.
    pub(super) fn next(&self) -> Option<Job> {
        let mut guard = self.state.lock();
        guard.idle += 1;
        let mut has_spun = false;
        loop {
            let state = &mut *guard;
            if state.stopped_by.is_some() {
                return None;
            }
            let last = state.last.as_ref();
            state.jobs.retain(|job| !is_after(&job.part_result, last));
            // In reverse, since the last is popped.
            let reverse = |a: &Job, b: &Job| b.part_result.order.cmp(&a.part_result.order);
            state.jobs.sort_by(reverse);
            if let Some(job) = state.jobs.pop() {
                state.idle -= 1;
                self.count_wanted(state);
                return Some(job);
            }
            // Workers that are still joining have no part to give, either.
            if state.idle + state.joining == state.workers {
                self.notify_all();
                return None;
            }
            self.count_wanted(state);
            if has_spun {
                self.news.wait(&mut guard);
            } else {
                let generation = self.generation.load(Relaxed);
                MutexGuard::unlocked(&mut guard, || self.spin(generation));
            }
            // A notification between the spin and the wait is not lost: the queue is checked again
            // under the lock first.
            has_spun = !has_spun;
        }
    }

    /// Spins until the generation changes, for a while. It does not yield: on a busy machine the
    /// processor would not come back for milliseconds.
    fn spin(&self, generation: usize) {
        let began = Instant::now();
        while self.generation.load(Relaxed) == generation && began.elapsed() < SPIN {
            hint::spin_loop();
        }
    }

    fn notify_all(&self) {
        self.generation.fetch_add(1, Relaxed);
        self.news.notify_all();
    }

    fn count_wanted(&self, state: &State) {
        let wanted = (state.idle + state.joining).saturating_sub(state.jobs.len());
        self.wanted.store(wanted, Relaxed);
    }

    /// Ends the search in `part_result`: parts that come after it need not be searched.
    pub(super) fn cut_after(&self, part_result: &Arc<PartResult>) {
        let mut state = self.state.lock();
        if !is_after(part_result, state.last.as_ref()) {
            state.last = Some(Arc::clone(part_result));
        }
        self.has_cut.store(true, Relaxed);
    }

    /// Removes a worker that has failed in `part_result`. The search ends there; the others go on
    /// with what comes before.
    pub(super) fn fail(&self, part_result: &Arc<PartResult>, error: Error) {
        part_result.findings().error.get_or_insert(error);
        self.cut_after(part_result);
        self.state.lock().workers -= 1;
        self.notify_all();
    }

    /// Ends the search in every part. An error takes precedence over a limit that was met before.
    pub(super) fn stop(&self, stopped_by: StoppedBy) {
        let mut state = self.state.lock();
        match stopped_by {
            StoppedBy::Error(_) => state.stopped_by = Some(stopped_by),
            _ => drop(state.stopped_by.get_or_insert(stopped_by)),
        }
        drop(state);
        self.has_cut.store(true, Relaxed);
        self.notify_all();
    }

    /// Whether the rest of `part_result` does not matter.
    pub(super) fn is_cut(&self, part_result: &PartResult) -> bool {
        self.has_cut.load(Relaxed) && {
            let state = self.state.lock();
            state.stopped_by.is_some() || is_after(part_result, state.last.as_ref())
        }
    }

    /// What was found, joined in exploration order, and what ended the search.
    pub(super) fn finish(&self, keeps_going: bool) -> (Findings, StoppedBy) {
        let mut state = self.state.lock();
        state.part_results.sort_by(|a, b| a.order.cmp(&b.order));
        let mut total = Findings::default();
        for part_result in &state.part_results {
            total.append(&mut part_result.findings());
            if let Some(error) = total.error.take() {
                return (total, StoppedBy::Error(error));
            }
            let ends = total.is_at_end() || total.failure.is_some() && !keeps_going;
            if ends && state.stopped_by.is_none() {
                return (total, StoppedBy::FirstFailure);
            }
        }
        let stopped_by = state.stopped_by.take();
        (total, stopped_by.unwrap_or(StoppedBy::Exhausted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::DepthFirst;

    #[test]
    fn nobody_waits_for_a_new_worker_that_has_not_asked_for_a_part() {
        let queue = WorkQueue::new(Box::new(DepthFirst::default()));
        assert!(queue.next().is_some());
        queue.expect_workers(1);
        assert!(queue.is_hungry(), "it will want a part");
        assert!(queue.next().is_none());
        queue.worker_joined();
        assert!(queue.next().is_none(), "it is late");
        let (findings, stopped_by) = queue.finish(false);
        assert_eq!(
            (findings.tally.total(), stopped_by),
            (0, StoppedBy::Exhausted)
        );
    }
}
