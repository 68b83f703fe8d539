//! Threads that wait in loops, as the scheduler sees them.

use super::waiting_loops::{Arrival, Arrived, Learnt, Reach, Read};
use super::{Access, ExecutionState, Object, ThreadId};
use crate::site::MarkerId;

impl ExecutionState {
    /// `thread`, which is running, is about to make this access, and then tells what it has found.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn arrive(
        &mut self,
        thread: ThreadId,
        reach: &Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> Arrived {
        if self.loops.stops_at_once(thread, reach) {
            self.footprints.declare_access(thread, reach.access);
            return Arrived::Stops;
        }
        self.arrive_in_loop(thread, reach, free)
    }

    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline(never)]
    fn arrive_in_loop(
        &mut self,
        thread: ThreadId,
        reach: &Reach,
        free: impl FnOnce(bool) -> Option<u32>,
    ) -> Arrived {
        match self.loops.arrive(thread, reach, free) {
            Arrival::Stops => self.footprints.declare_access(thread, reach.access),
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

    /// `thread` has made the access before which it has arrived, found `value` there, and `left` another or the
    /// same. If it has changed that, threads may go on that wait for it.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn note_access(&mut self, thread: ThreadId, object: &Object, value: u64, left: u64) {
        self.loops.note(thread, value, left);
        if value != left {
            self.change(object);
        }
    }

    /// As [`note_access`](Self::note_access), where that takes no memory and lets nobody go on. Returns whether
    /// it is so.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn note_at_once(&mut self, thread: ThreadId, value: u64, left: u64) -> bool {
        self.loops.note_at_once(thread, value, left)
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

    /// What was learnt of loops, each with its site.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    pub(crate) fn take_learnt_of_loops(&mut self) -> Vec<(MarkerId, Learnt)> {
        self.loops.take_learnt()
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
