//! The threads that could go on, in the order of their ways.

use super::{ExecutionState, Pending, ThreadId};
use crate::operation::Way;

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
    fn has_interruptions(&self) -> bool {
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
        let slot = self.slot(pending.way());
        self.enabled.insert(slot, pending);
        if let Some(running) = self.running.as_mut().filter(|running| **running >= slot) {
            *running += 1;
        }
    }

    /// Where in the enabled this way is, or would be.
    fn slot(&self, way: Way) -> usize {
        self.enabled.partition_point(|other| other.way() < way)
    }

    /// `thread`, which could go on by an ordinary operation, cannot any more.
    pub(super) fn remove_enabled(&mut self, thread: ThreadId) {
        let way = Way::ordinary(thread);
        let slot = self.slot(way);
        debug_assert_eq!(self.enabled[slot].way(), way, "it could go on");
        self.enabled.remove(slot);
        if let Some(running) = self.running.as_mut().filter(|running| **running > slot) {
            *running -= 1;
        }
    }
}
