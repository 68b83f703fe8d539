//! Threads that wait in loops, as the scheduler sees them.

use super::waiting_loops::{Arrival, Arrived, Read};
use super::{Access, ExecutionState, Object, ThreadId};
use crate::site::MarkerId;

impl ExecutionState {
    /// `thread`, which is running, is about to make `access`, and then tells what it has found.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn arrive(
        &mut self,
        thread: ThreadId,
        site: MarkerId,
        access: &Access,
        free: impl FnOnce() -> u32,
    ) -> Arrived {
        if self.loops.arrive_after_write(thread, site, access) {
            self.footprints.declare_access(thread, access);
            return Arrived::Stops;
        }
        self.arrive_after_reads(thread, site, access, free)
    }

    #[inline(never)]
    fn arrive_after_reads(
        &mut self,
        thread: ThreadId,
        site: MarkerId,
        access: &Access,
        free: impl FnOnce() -> u32,
    ) -> Arrived {
        match self.loops.arrive(thread, site, access, free) {
            Arrival::Stops => self.footprints.declare_access(thread, access),
            Arrival::StopsBeforeRounds(accesses) => {
                self.footprints.declare_accesses(thread, accesses);
            }
            Arrival::GoesOn => return Arrived::GoesOn,
            Arrival::Waits(accesses) => {
                self.footprints.declare_after_wait(thread, accesses);
                return Arrived::Waits;
            }
        }
        Arrived::Stops
    }

    /// `thread` has accessed `object` in the step under way, and found `value` there. If it `has_changed` that,
    /// threads may go on that wait for it.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn note_access(
        &mut self,
        thread: ThreadId,
        object: &Object,
        value: u64,
        has_changed: bool,
    ) {
        self.loops.note(thread, value, has_changed);
        if has_changed {
            self.change(object);
        }
    }

    /// As [`note_access`](Self::note_access), where that concerns nobody but the thread, and takes no memory.
    /// Returns whether it is so.
    #[cfg(interlace)]
    #[inline]
    pub(crate) fn note_at_once(&mut self, thread: ThreadId, value: u64, has_changed: bool) -> bool {
        self.loops.note_at_once(thread, value, has_changed)
    }

    /// What lies there is changed in the step under way.
    pub(crate) fn change(&mut self, object: &Object) {
        for waiting in self.loops.change(object) {
            self.note_touched(Access::write(Object::Loop(waiting)));
        }
    }

    /// The step under way touches something without having stopped before it.
    pub(super) fn leave_loops_to(&mut self, access: &Access) {
        if let Some(last) = self.last() {
            self.loops.leave(last);
        }
        if access.is_write() {
            self.change(&access.object);
        }
    }

    /// `thread` does what no later round of a loop need do again, as to look at the clock.
    pub(crate) fn leave_loops(&mut self, thread: ThreadId) {
        self.loops.leave(thread);
    }

    /// `thread` goes on from a loop in which it has waited.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn go_on_in_loop(&mut self, thread: ThreadId) {
        self.loops.go_on(thread);
    }

    /// The loops that have ended by themselves, and how many rounds are not to be taken for a wait there.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn take_ended_loops(&mut self) -> Vec<(MarkerId, u32)> {
        self.loops.take_ended()
    }

    #[inline]
    pub(crate) fn has_woken_in_loops(&self) -> bool {
        self.loops.has_woken()
    }

    /// Lets the threads go on that waited in loops for what was changed.
    pub(crate) fn wake_in_loops(&mut self) {
        for thread in self.loops.take_woken() {
            self.unblock(thread);
        }
    }

    /// What the threads read again and again that wait in loops.
    pub(crate) fn repeated_reads(&self) -> impl Iterator<Item = (ThreadId, &Read)> {
        self.loops.repeated()
    }
}
