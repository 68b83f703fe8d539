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

#[cfg(test)]
mod tests {
    use super::super::tests::{MAX_STEPS, state};
    use super::super::waiting_loops::Arrived;
    use super::*;
    use crate::operation::{AccessKind, MemoryAccess};
    use crate::site::MarkerId;

    /// What thread 0 does at its access of a number: a count, a lock's word, or another place each time.
    fn reach(number: u32) -> Reach {
        let kinds = [AccessKind::Write, AccessKind::Increment, AccessKind::Read];
        let kind = kinds[number as usize % kinds.len()];
        Reach {
            site: MarkerId::new(number),
            access: MemoryAccess::new(kind, 8 * number as usize, 8),
            operands: (u64::from(number), 0),
        }
    }

    /// Runs two threads that make accesses until the steps are used up. At each point `choices` say by a bit who goes
    /// on. Returns the execution, what was seen at each point, and how many steps were taken together.
    fn run(choices: u32, together: bool) -> (ExecutionState, Vec<String>, usize) {
        let mut state = state(2);
        let (mut seen, mut count) = (Vec::new(), 0);
        let mut reached = 0;
        let mut turn = state.advance(|_, _| unreachable!("threads start in order"));
        while let Turn::Of(thread) = turn {
            let mut choose = |point: &SchedulingPoint<'_>, _: &ThreadTable| {
                seen.push(format!("{point:?}"));
                Choice::Take((choices >> point.step & 1) as usize)
            };
            let reach = reach(reached);
            reached += 1;
            let advanced = together.then(|| state.advance_to_access(thread, &reach, &mut choose));
            turn = if let Some(turn) = advanced.flatten() {
                count += 1;
                turn
            } else {
                assert_eq!(state.arrive(thread, &reach, |_| None), Arrived::Stops);
                state.pause(thread, reach.site);
                state.advance(choose)
            };
            if let Turn::Of(_) = turn {
                state.note_access(thread, &reach.access.object(), 0, 1);
            }
        }
        assert_eq!(turn, Turn::Over(Over::StepLimit));
        (state, seen, count)
    }

    /// But for the first step, which is chosen where a thread has started, and for what follows the last.
    #[test]
    fn what_is_done_together_is_what_is_done_one_by_one() {
        for choices in 0..1 << MAX_STEPS {
            let (one_by_one, seen, none) = run(choices, false);
            let (together, seen_together, count) = run(choices, true);
            assert_eq!((none, count), (0, MAX_STEPS - 1));
            assert_eq!(seen, seen_together, "{choices:b}");
            assert_eq!(one_by_one.steps(), together.steps());
            assert_eq!(one_by_one.accesses, together.accesses);
            assert_eq!(one_by_one.enabled, together.enabled);
            assert_eq!(one_by_one.threads.states, together.threads.states);
        }
    }
}
