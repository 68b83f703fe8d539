//! The threads that could go on, in the order of their ways.

use super::{ExecutionState, Pending, ThreadId};

impl ExecutionState {
    /// The thread in this slot of the enabled takes a step.
    #[inline]
    pub(super) fn give_slot(&mut self, slot: usize) {
        self.running = Some(slot);
        if self.has_interruptions() {
            self.end_wait(slot);
        }
    }

    /// Whether a thread could be interrupted. Those come last.
    #[inline]
    pub(super) fn has_interruptions(&self) -> bool {
        let last = self.enabled.last();
        last.is_some_and(|it| it.operation.is_interruption())
    }

    /// Whoever goes on in this slot waits no longer: nothing can interrupt that any more. A slot among
    /// the interruptions is not kept for when the thread pauses next.
    #[cold]
    fn end_wait(&mut self, slot: usize) {
        let Pending { thread, operation } = self.enabled[slot];
        let is_kept = !operation.is_interruption();
        self.enabled.retain(|other| {
            other.thread != thread || is_kept && !other.operation.is_interruption()
        });
        self.running = is_kept.then_some(slot);
    }

    /// `thread` cannot be interrupted any more.
    pub(super) fn drop_interruptions(&mut self, thread: ThreadId) {
        if self.has_interruptions() {
            let is_left = |it: &Pending| it.thread != thread || !it.operation.is_interruption();
            self.enabled.retain(is_left);
        }
    }

    /// Whether no thread can go on: waking up by itself or being cancelled saves none from a deadlock.
    #[inline]
    pub(crate) fn is_stuck(&self) -> bool {
        let first = self.enabled.first();
        first.is_none_or(|it| it.operation.rarity() > 1)
    }

    pub(super) fn insert_enabled(&mut self, pending: Pending) {
        let before = |other: &Pending| other.way() < pending.way();
        let slot = self.enabled.partition_point(before);
        self.enabled.insert(slot, pending);
        if let Some(running) = self.running.as_mut().filter(|running| **running >= slot) {
            *running += 1;
        }
    }

    /// `thread` cannot go on any more, in none of its ways.
    pub(super) fn remove_enabled(&mut self, thread: ThreadId) {
        while let Some(slot) = self.enabled.iter().position(|it| it.thread == thread) {
            self.enabled.remove(slot);
            if let Some(running) = self.running.as_mut().filter(|running| **running > slot) {
                *running -= 1;
            }
        }
    }
}
