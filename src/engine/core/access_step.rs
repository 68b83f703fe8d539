//! The step of a thread that stops before an access, where nothing is to be done but to choose who goes on.

use super::waiting_loops::Reach;
use super::{ExecutionState, Over, ThreadTable, Turn, in_32_bits};
use crate::operation::{
    Choice, Event, Knowledge, Operation, Pending, SchedulingPoint, ThreadId, ThreadState,
};

impl ExecutionState {
    /// As [`arrive`](Self::arrive), [`pause`](Self::pause) at the site and [`advance`](Self::advance) together, after
    /// a step of `thread`: where that is seen to stop at a glance, and none of the three has anything else to look
    /// at. Nothing otherwise: then nothing is done.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn advance_to_access(
        &mut self,
        thread: ThreadId,
        reach: &Reach,
        choose: impl FnOnce(&SchedulingPoint<'_>, &ThreadTable) -> Choice,
    ) -> Option<Turn> {
        let slot = self.running?;
        let is_plain = self.conditional.is_empty()
            && self.started == self.threads.declared()
            && self.taken == self.steps.len()
            && !self.is_at_limit()
            && self.last() == Some(thread)
            && !self.has_interruptions();
        if !is_plain
            || !self.footprints.may_stop_at_once(thread)
            || !self.loops.stops_at_once(thread, reach)
        {
            return None;
        }
        self.footprints.stop(thread, reach.access);
        self.threads.states[thread.index()] = ThreadState::Marker(reach.site);
        self.enabled[slot].operation = Operation::at_marker(reach.site);
        self.running = None;
        let point = SchedulingPoint {
            enabled: &self.enabled,
            threads: &self.threads.states,
            footprints: &self.footprints,
            identities: self.threads.identities(),
            last: Some(thread),
            step: self.taken,
        };
        Some(match choose(&point, &self.threads) {
            Choice::Take(index) if index == slot => {
                self.go_on_to_access(slot, reach);
                Turn::Of(thread)
            }
            Choice::Take(index) => self.step(index, Some(thread)),
            Choice::Prune => Turn::Over(Over::Pruned),
        })
    }

    /// The thread in this slot, which has taken the last step, takes the next too: the access that it has stopped
    /// before. As [`step`](Self::step), of which this is the usual case.
    #[inline]
    fn go_on_to_access(&mut self, slot: usize, reach: &Reach) {
        let pending: Pending = self.enabled[slot];
        self.footprints.take_at_once(pending.thread);
        self.accesses.push(reach.access.access());
        let (index, enabled) = (in_32_bits(slot), in_32_bits(self.enabled.len()));
        let accesses = in_32_bits(self.accesses.len());
        self.steps.push(Event {
            knowledge: Knowledge::Declared,
            ..Event::begin(pending, index, enabled, accesses)
        });
        self.recording.step(self.taken, pending, false);
        self.taken += 1;
        self.running = Some(slot);
        self.threads.states[pending.thread.index()] = ThreadState::Running;
    }
}
