//! Wake-ups of the program's threads by outside threads.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::{Arc, Weak};

use super::registry::{aside, with_current};
use super::relation::Relation;
use super::stir::stir;
use crate::engine::lock::Mutex;

/// A run whose threads wait in queues of the model.
pub(crate) trait OutsideWake: Send + Sync {
    /// Wakes at most `count` of those that wait in `queue`. Returns how many.
    fn wake(&self, queue: usize, count: usize, mask: u32) -> usize;

    fn has_waiter(&self, queue: usize) -> bool;

    fn relation(&self) -> &Relation;
}

type Runs = Vec<(usize, Weak<dyn OutsideWake>)>;

static RUNS: Mutex<Runs> = Mutex::new(Vec::new());

/// How many threads wait in queues of all runs.
static MODEL_WAITERS: AtomicUsize = AtomicUsize::new(0);

/// A thread that waits in a queue of a run, until dropped. After this is made, the word that the
/// thread waits for must be looked at once more: an outside thread that has changed it before may
/// not have seen the waiter.
#[derive(Debug)]
pub(crate) struct ModelWaiter(());

impl ModelWaiter {
    pub(crate) fn begin() -> Self {
        MODEL_WAITERS.fetch_add(1, SeqCst);
        ModelWaiter(())
    }
}

impl Drop for ModelWaiter {
    fn drop(&mut self) {
        MODEL_WAITERS.fetch_sub(1, SeqCst);
    }
}

/// Whether any thread waits in a queue of a run. To be asked after the real wake-up, in which the
/// kernel has put the change of the word in order with this.
#[inline]
pub(crate) fn has_model_waiters() -> bool {
    MODEL_WAITERS.load(Relaxed) > 0
}

/// The calling thread, which no run controls, is about to wake some that sleep at a word.
#[inline]
pub(crate) fn before_wake() {
    let mut is_outside = false;
    with_current(|record| is_outside = !record.is_engine());
    if !is_outside {
        // It may do so for the program: in the set-up of an execution, or in a question of a thread.
        stir();
    }
}

/// Takes a run off the list when dropped.
#[derive(Debug)]
pub(crate) struct Registration(usize);

pub(crate) fn register(run: Weak<dyn OutsideWake>) -> Registration {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Relaxed);
    aside(|| RUNS.lock().push((number, run)));
    Registration(number)
}

impl Drop for Registration {
    fn drop(&mut self) {
        aside(|| RUNS.lock().retain(|(number, _)| *number != self.0));
    }
}

/// Wakes at most `count` threads of runs that wait in `queue`, on behalf of the calling thread,
/// which no run controls. Returns how many. They are one process, so the address is one queue. It may
/// be a thread of an engine: its locks and those of programs are in one table of `parking_lot`.
#[cold]
pub(crate) fn wake_from_outside(queue: usize, count: usize, mask: u32) -> usize {
    let mut is_outside = false;
    with_current(|record| is_outside = !record.is_engine());
    let mut woken = 0;
    for run in runs() {
        if woken < count && run.has_waiter(queue) {
            if is_outside {
                // First, so that who is woken already waits for this thread.
                run.relation().connect_current_thread();
            }
            woken += aside(|| run.wake(queue, count - woken, mask));
        }
    }
    woken
}

/// As [`wake_from_outside`], on behalf of a thread of the run with this relation: threads of the
/// other runs, since runs may share what they wait for.
pub(crate) fn wake_other_runs(own: &Relation, queue: usize, count: usize, mask: u32) -> usize {
    if count == 0 || !has_model_waiters() {
        return 0;
    }
    let mut woken = 0;
    for run in runs() {
        if woken < count && !std::ptr::eq(run.relation(), own) && run.has_waiter(queue) {
            woken += aside(|| run.wake(queue, count - woken, mask));
        }
    }
    woken
}

/// Connects the calling thread, which no run controls, with the runs whose threads wait at `queue`.
#[cold]
pub(super) fn connect_with_waiters(queue: usize) {
    for run in runs() {
        if aside(|| run.has_waiter(queue)) {
            run.relation().connect_current_thread();
        }
    }
}

fn runs() -> Vec<Arc<dyn OutsideWake>> {
    aside(|| {
        let runs = RUNS.lock();
        runs.iter().filter_map(|(_, run)| run.upgrade()).collect()
    })
}
