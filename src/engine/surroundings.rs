//! A run and the threads that no run controls: what these do to threads of the run that wait, and
//! what the run does to them.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use super::core::Kernel;
use super::outside::{
    ModelWaiter, OutsideWake, Registration, Relation, Settled, register, wake_other_runs,
};
use super::process_lock::ProcessLock;
use crate::engine::lock::Mutex;

/// For how long to wait for outside threads at a time, before the run looks whether it is over.
const SLICE: Duration = Duration::from_millis(10);

/// How long threads that are awake, and have had nothing to do with the program, are given before
/// a deadlock is told.
const MOMENT: Duration = Duration::from_millis(20);

/// The outside threads of a run, and what they have done that the run has not heard of.
pub(super) struct Surroundings {
    relation: Relation,
    has_news: AtomicBool,
    /// Whether there may be anything in `waits`. Written by the run alone.
    has_waits: AtomicBool,
    waits: Mutex<Waits>,
    pub(super) process_lock: ProcessLock,
    registration: Mutex<Option<Registration>>,
}

#[derive(Default)]
struct Waits {
    /// The queues and masks of the threads that wait, whoever came first in front: as in the model,
    /// but for those that have been woken since.
    waiting: Vec<(usize, u32)>,
    /// The queue, the number and the mask of each wake-up that the model does not know yet.
    fired: Vec<(usize, usize, u32)>,
    waiter: Option<ModelWaiter>,
}

impl Surroundings {
    /// Of a run that the calling thread asks for. If it `is_nested`, that is code of another execution.
    /// All runs of its program share `is_noticed`: whether one has done what others could notice.
    pub(super) fn new(is_nested: bool, is_noticed: Arc<AtomicBool>) -> Arc<Self> {
        let relation = Relation::new();
        let surroundings = Arc::new(Surroundings {
            process_lock: ProcessLock::new(is_nested, is_noticed),
            relation,
            has_news: AtomicBool::new(false),
            has_waits: AtomicBool::new(false),
            waits: Mutex::default(),
            registration: Mutex::new(None),
        });
        let run: Arc<dyn OutsideWake> = Arc::clone(&surroundings) as _;
        *surroundings.registration.lock() = Some(register(Arc::downgrade(&run)));
        surroundings
    }

    /// The calling thread is one of the run's own.
    pub(super) fn add_current_thread(&self) {
        self.relation.add_current_thread();
    }

    /// Whether there is no thread that the run must wait for before the next choice: none has to do
    /// with the program, or all that have are known to sleep.
    #[inline]
    pub(super) fn is_quiet(&self) -> bool {
        self.relation.is_quiet()
    }

    /// Whether the run was [quiet](Self::is_quiet) when that was asked last, and nothing has stirred
    /// since. May be asked between two turns of a series of fibers.
    #[inline]
    pub(super) fn is_still_quiet(&self) -> bool {
        self.relation.is_still_quiet()
    }

    /// Waits for some time for the threads of which the run must know what they do.
    pub(super) fn settle(&self) -> Settled {
        self.relation.settle(SLICE)
    }

    /// Nobody can go on: gives those a moment that may change that, executions of other runs and
    /// threads that are awake and have had nothing to do with the program. Returns whether there were
    /// any.
    pub(super) fn await_others(&self) -> bool {
        if self.process_lock.let_interrupted_go() {
            return true;
        }
        let are_awake = self.relation.is_unrelated_awake();
        if are_awake {
            self.relation.await_unrelated(MOMENT);
        }
        are_awake
    }

    /// Wakes outside threads that sleep at `address`, at most `count`. Returns how many, and whether
    /// any slept there.
    pub(super) fn wake_sleepers_at(&self, address: usize, count: usize, mask: u32) -> usize {
        let woken = self.relation.wake_sleepers_at(address, count, mask);
        woken + wake_other_runs(&self.relation, address, count - woken, mask)
    }

    /// A thread of the run waits at `address`.
    pub(super) fn wait_at(&self, address: usize) {
        self.relation.connect_sleepers_at(address);
    }

    /// Whether outside threads have woken some that wait in the model, which does not know it.
    #[inline]
    pub(super) fn has_news(&self) -> bool {
        self.has_news.load(Relaxed)
    }

    /// Makes the model ready for the next execution, in which nobody waits yet.
    #[inline]
    pub(super) fn reset(&self, kernel: &mut Kernel) {
        // The lock would take as long as all the rest of a reset.
        if self.has_waits.load(Relaxed) {
            self.update(kernel, Kernel::reset);
        } else {
            kernel.reset();
        }
    }

    /// Tells the model of these wake-ups, and has `change` change who waits there.
    pub(super) fn update<T>(
        &self,
        kernel: &mut Kernel,
        change: impl FnOnce(&mut Kernel) -> T,
    ) -> T {
        let mut waits = self.waits.lock();
        let waits = &mut *waits;
        self.has_news.store(false, Relaxed);
        for (queue, count, mask) in waits.fired.drain(..) {
            kernel.wake(queue, count, mask);
        }
        let result = change(kernel);
        waits.waiting.clear();
        waits.waiting.extend(kernel.queues.waiting());
        self.has_waits.store(!waits.waiting.is_empty(), Relaxed);
        if waits.waiting.is_empty() {
            waits.waiter = None;
        } else {
            waits.waiter.get_or_insert_with(ModelWaiter::begin);
        }
        result
    }
}

impl OutsideWake for Surroundings {
    fn wake(&self, queue: usize, count: usize, mask: u32) -> usize {
        let mut waits = self.waits.lock();
        let is_meant = |waiter: &mut (usize, u32)| waiter.0 == queue && waiter.1 & mask != 0;
        let woken = waits.waiting.extract_if(.., is_meant).take(count).count();
        if woken > 0 {
            waits.fired.push((queue, woken, mask));
            self.has_news.store(true, Relaxed);
        }
        woken
    }

    fn has_waiter(&self, queue: usize) -> bool {
        let waits = self.waits.lock();
        waits.waiting.iter().any(|(waits_in, _)| *waits_in == queue)
    }

    fn relation(&self) -> &Relation {
        &self.relation
    }
}
