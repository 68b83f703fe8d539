//! A run and the threads that no run controls: what these do to threads of the run that wait, and
//! what the run does to them.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::core::Kernel;
use super::outside::{
    ModelWaiter, OutsideWake, Registration, Relation, Settled, aside, register, wake_other_runs,
};

/// For how long to wait for outside threads at a time, before the run looks whether it is over.
const SLICE: Duration = Duration::from_millis(10);

/// How long threads that are awake, and have had nothing to do with the program, are given before
/// a deadlock is told.
const MOMENT: Duration = Duration::from_millis(20);

/// All runs of the process.
static RUNS: Mutex<Vec<Weak<Surroundings>>> = Mutex::new(Vec::new());

/// The outside threads of a run, and what they have done that the run has not heard of.
pub(super) struct Surroundings {
    relation: Relation,
    has_news: AtomicBool,
    waits: Mutex<Waits>,
    /// Of runs with the same number, one asked for all.
    asker: u64,
    /// How many choices the run has come to.
    choices: AtomicUsize,
    /// Whether the run is in the middle of a turn, and does not wait for others there.
    is_in_turn: AtomicBool,
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
    /// Of a run that the calling thread asks for.
    pub(super) fn new() -> Arc<Self> {
        let relation = Relation::new();
        let surroundings = Arc::new(Surroundings {
            asker: relation.asker(),
            choices: AtomicUsize::new(0),
            is_in_turn: AtomicBool::new(false),
            relation,
            has_news: AtomicBool::new(false),
            waits: Mutex::default(),
            registration: Mutex::new(None),
        });
        let run: Arc<dyn OutsideWake> = Arc::clone(&surroundings) as _;
        *surroundings.registration.lock() = Some(register(Arc::downgrade(&run)));
        aside(|| RUNS.lock().push(Arc::downgrade(&surroundings)));
        surroundings
    }

    /// The calling thread is one of the run's own.
    pub(super) fn add_current_thread(&self) {
        self.relation.add_current_thread();
    }

    /// The run has come to a choice, and another turn begins.
    #[inline]
    pub(super) fn begin_turn(&self) {
        self.choices
            .store(self.choices.load(Relaxed).wrapping_add(1), Release);
        self.is_in_turn.store(true, Relaxed);
    }

    /// The run is not in a turn any more.
    pub(super) fn end_turns(&self) {
        self.is_in_turn.store(false, Release);
    }

    /// The other runs of the same search that are in the middle of a turn, and may have there what
    /// this one is about to wait for. A run that waits for them is not in a turn meanwhile, so no two
    /// wait for each other. Gives up when `limit` has passed.
    pub(super) fn await_other_runs(&self, limit: Duration) {
        let others: Vec<_> = aside(|| {
            let runs = RUNS.lock();
            let runs = runs.iter().filter_map(Weak::upgrade);
            runs.filter(|run| run.asker == self.asker && !std::ptr::eq(&raw const **run, self))
                .map(|run| (run.choices.load(Acquire), run))
                .collect()
        });
        if others.is_empty() {
            return;
        }
        self.end_turns();
        let since = Instant::now();
        for (choices, run) in others {
            let is_in_turn =
                || run.is_in_turn.load(Acquire) && run.choices.load(Acquire) == choices;
            while is_in_turn() && since.elapsed() < limit {
                std::thread::yield_now();
            }
        }
        self.is_in_turn.store(true, Relaxed);
    }

    /// Whether there is no thread that the run waits for before each choice.
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.relation.is_alone()
    }

    /// Waits for some time for the threads of which the run must know what they do.
    pub(super) fn settle(&self) -> Settled {
        self.relation.settle(SLICE)
    }

    /// Gives threads that are awake, and have had nothing to do with the program, a moment. Returns
    /// whether there were any.
    pub(super) fn await_others(&self) -> bool {
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
        if waits.waiting.is_empty() {
            waits.waiter = None;
        } else {
            waits.waiter.get_or_insert_with(ModelWaiter::begin);
        }
        result
    }
}

impl Drop for Surroundings {
    fn drop(&mut self) {
        aside(|| RUNS.lock().retain(|run| run.strong_count() > 0));
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
