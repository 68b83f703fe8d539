//! What a carrier shows of itself to the thread that watches it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::engine::Phase;
use crate::engine::fiber::TurnEnd;
use crate::engine::lock::Mutex;
use crate::engine::thread_clocks::ThreadClocks;
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// Written by the carrier and read by its watcher, but for the last field. The watcher asks whether
/// anything moves, so the numbers need not agree with each other to the instant.
#[derive(Debug)]
pub(super) struct Heartbeat {
    executions: AtomicU64,
    /// The phase, or [`Phase::RESTING`].
    phase: AtomicU8,
    /// The thread that runs, or ran last.
    running: AtomicU32,
    /// The thread that left the question which is being asked, one more than its number, or 0.
    asked: AtomicU32,
    /// For each declared thread the marker that it reached last.
    reached: Box<[Reached]>,
    /// The names of the threads that the program has started.
    pub(super) started: Mutex<Vec<Arc<str>>>,
    /// The time of the carrier.
    pub(super) clocks: ThreadClocks,
    /// Set by the watcher: one of the orders.
    order: AtomicU8,
}

/// The marker that a thread reached last.
#[derive(Debug, Default)]
pub(super) struct Reached(AtomicU32);

impl Reached {
    #[inline]
    pub(super) fn set(&self, end: TurnEnd) {
        self.0.store(end.number(), Relaxed);
    }

    #[inline]
    pub(super) fn marker(&self) -> Option<MarkerId> {
        TurnEnd::of_number(self.0.load(Relaxed)).marker()
    }
}

/// Other carriers are about to run beside this one.
const STAY: u8 = 1;
/// Nobody waits for the carrier any more.
const LEAVE: u8 = 2;

impl Heartbeat {
    pub(super) fn new(threads: usize) -> Self {
        Heartbeat {
            executions: AtomicU64::new(0),
            phase: AtomicU8::new(Phase::RESTING),
            running: AtomicU32::new(0),
            asked: AtomicU32::new(0),
            reached: (0..threads).map(|_| Reached::default()).collect(),
            started: Mutex::default(),
            clocks: ThreadClocks::default(),
            order: AtomicU8::new(0),
        }
    }

    /// An execution begins.
    pub(super) fn beat(&self) {
        self.executions
            .store(self.executions.load(Relaxed) + 1, Relaxed);
        self.enter(Phase::SetUp);
    }

    pub(super) fn rest(&self) {
        self.phase.store(Phase::RESTING, Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    /// The thread of this number goes on.
    #[inline]
    pub(super) fn run(&self, thread: ThreadId) {
        self.running.store(thread.number(), Relaxed);
    }

    /// The question that `thread` has left is being asked, or none is any more.
    pub(super) fn ask(&self, thread: Option<ThreadId>) {
        let number = thread.map_or(0, |thread| thread.number() + 1);
        self.asked.store(number, Relaxed);
    }

    /// Whose question is being asked.
    pub(super) fn asked(&self) -> Option<ThreadId> {
        self.asked
            .load(Relaxed)
            .checked_sub(1)
            .map(ThreadId::of_number)
    }

    /// The last turn of `thread` has ended so.
    #[inline]
    pub(super) fn reach(&self, thread: ThreadId, end: TurnEnd) {
        if let Some(reached) = self.reached.get(thread.index()) {
            reached.set(end);
        }
    }

    /// What each declared thread reached last.
    #[inline]
    pub(super) fn reached_by_declared(&self) -> &[Reached] {
        &self.reached
    }

    /// Nobody waits for the carrier any more.
    pub(super) fn leave_behind(&self) {
        self.order.store(LEAVE, Relaxed);
    }

    pub(super) fn is_left_behind(&self) -> bool {
        self.order.load(Relaxed) == LEAVE
    }

    /// Others are about to run beside the carrier: it is to stay on its processor.
    pub(super) fn stay(&self) {
        self.order.store(STAY, Relaxed);
    }

    /// Whether the carrier has been told to stay on its processor since this was asked last.
    pub(super) fn is_to_stay(&self) -> bool {
        self.order.load(Relaxed) == STAY && {
            let done = self.order.compare_exchange(STAY, 0, Relaxed, Relaxed);
            done.is_ok()
        }
    }

    pub(super) fn executions(&self) -> u64 {
        self.executions.load(Relaxed)
    }

    /// What the carrier is busy with, if it is.
    pub(super) fn phase(&self) -> Option<Phase> {
        Phase::of_number(self.phase.load(Relaxed))
    }

    /// The thread that runs, or ran last.
    #[inline]
    pub(super) fn running(&self) -> ThreadId {
        ThreadId::of_number(self.running.load(Relaxed))
    }

    /// What `thread` is called: by what was `declared`, or as the program has started it.
    pub(super) fn name(&self, thread: ThreadId, declared: &[String]) -> String {
        let started = self.started.lock();
        let name = declared.get(thread.index()).map(String::as_str);
        let started = || started.get(thread.index() - declared.len());
        name.or_else(|| started().map(|name| &**name))
            .unwrap_or_default()
            .to_owned()
    }

    /// The marker that `thread` reached last.
    pub(super) fn reached(&self, thread: ThreadId) -> Option<MarkerId> {
        self.reached.get(thread.index())?.marker()
    }
}
