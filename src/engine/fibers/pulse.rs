//! What a carrier shows of itself to the thread that watches it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};

use crate::engine::Phase;
use crate::search::ThreadId;
use crate::site::MarkerId;

/// Written by the carrier and read by its watcher, but for the last. The watcher asks whether anything moves, so
/// that the numbers need not agree with each other to the instant.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    executions: AtomicU64,
    /// The phase, or [`RESTING`].
    phase: AtomicU8,
    /// The thread that runs, in the upper half, and the marker it went on from, each plus one.
    running: AtomicU64,
    /// Set by the watcher.
    is_left_behind: AtomicBool,
}

/// Between executions.
const RESTING: u8 = u8::MAX;

const PHASES: [Phase; 6] = [
    Phase::SetUp,
    Phase::Threads,
    Phase::Unwinding,
    Phase::Outcome,
    Phase::Check,
    Phase::DropState,
];

impl Pulse {
    /// An execution begins.
    pub(super) fn beat(&self) {
        self.executions
            .store(self.executions.load(Relaxed) + 1, Relaxed);
        self.enter(Phase::SetUp);
    }

    pub(super) fn rest(&self) {
        self.phase.store(RESTING, Relaxed);
    }

    pub(super) fn enter(&self, phase: Phase) {
        self.phase.store(phase as u8, Relaxed);
    }

    /// `thread` goes on, from `marker` if it has reached one.
    #[inline]
    pub(super) fn run(&self, thread: ThreadId, marker: Option<MarkerId>) {
        let thread = thread.index() as u64 + 1;
        let marker = marker.map_or(0, |marker| u64::from(marker.number()) + 1);
        self.running.store(thread << 32 | marker, Relaxed);
    }

    /// Nobody waits for the carrier any more.
    pub(super) fn leave_behind(&self) {
        self.is_left_behind.store(true, Relaxed);
    }

    pub(super) fn is_left_behind(&self) -> bool {
        self.is_left_behind.load(Relaxed)
    }

    pub(super) fn executions(&self) -> u64 {
        self.executions.load(Relaxed)
    }

    /// What the carrier is busy with, if it is.
    pub(super) fn phase(&self) -> Option<Phase> {
        PHASES
            .into_iter()
            .find(|&phase| phase as u8 == self.phase.load(Relaxed))
    }

    /// The thread that runs, and the marker it went on from.
    pub(super) fn running(&self) -> Option<(ThreadId, Option<MarkerId>)> {
        let running = self.running.load(Relaxed);
        let thread = usize::try_from(running >> 32).ok()?.checked_sub(1)?;
        let marker = u32::try_from(running & u64::from(u32::MAX)).ok()?;
        Some((
            ThreadId::new(thread),
            marker.checked_sub(1).map(MarkerId::of_number),
        ))
    }
}
