//! The steps that an execution has taken.

use super::{Access, Object, Operation, OperationKind, Pending, ThreadId};

/// A step that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
    /// Which of the enabled threads was chosen, and how many they were.
    pub(crate) index: u32,
    pub(crate) enabled_count: u32,
    /// Whether the thread of the step before could have gone on instead.
    pub(crate) preempts: bool,
    pub(crate) end: StepEnd,
    /// Whether the step may have touched more than is known.
    pub(crate) is_opaque: bool,
    /// Where the accesses of this step end among those of the trace; they begin where those of the
    /// step before end.
    pub(crate) accesses_end: u32,
}

/// Where a step has left its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepEnd {
    /// Before its next operation, or, while the step is under way, not known yet.
    Paused,
    /// Waiting: a task for its waker, a thread in the kernel.
    Waits,
    /// At its end.
    Ended,
}

impl Event {
    /// The step that `pending` takes, the `index`-th of so many enabled, when the trace has
    /// `accesses` so far. What it touches and where it ends is not known yet.
    #[inline]
    pub(crate) fn begin(pending: Pending, index: u32, enabled_count: u32, accesses: u32) -> Self {
        Event {
            thread: pending.thread,
            operation: pending.operation,
            index,
            enabled_count,
            preempts: false,
            end: StepEnd::Paused,
            // Code between two points may touch anything.
            is_opaque: true,
            accesses_end: accesses,
        }
    }

    pub(crate) fn waits(&self) -> bool {
        self.end == StepEnd::Waits
    }
}

/// The events of one execution, and what they touched. The first `repeated` of them are those of the
/// execution before: they are told by reference to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace<'a> {
    pub(crate) events: &'a [Event],
    pub(crate) accesses: &'a [Access],
    #[cfg_attr(not(test), allow(dead_code, reason = "for searches that reduce"))]
    pub(crate) repeated: usize,
    /// Whether the clock ended the execution, so that there might have been more.
    pub(crate) is_cut_short: bool,
}

#[cfg_attr(
    not(test),
    allow(dead_code, reason = "searches that reduce ask this; none does yet")
)]
impl Trace<'_> {
    /// What the event of this number was seen to touch: what it did there, and what follows from
    /// its operation and from its end.
    pub(crate) fn accesses(&self, number: usize) -> impl Iterator<Item = Access> + '_ {
        let event = &self.events[number];
        let begins = number
            .checked_sub(1)
            .map_or(0, |before| self.events[before].accesses_end);
        let seen = &self.accesses[begins as usize..event.accesses_end as usize];
        let of = |thread| Object::Thread(thread);
        let asked = match event.operation.kind() {
            OperationKind::Start => Some(Access::read(of(event.thread))),
            OperationKind::Join(thread) => Some(Access::read(of(thread))),
            OperationKind::Marker | OperationKind::Resume => None,
        };
        let ended = event.end == StepEnd::Ended;
        let ended = ended.then(|| Access::write(of(event.thread)));
        seen.iter().copied().chain(asked).chain(ended)
    }

    /// Whether two events conflict: the order of the two may matter. Steps of one thread do, and so
    /// does one that may touch anything with every other.
    pub(crate) fn conflict(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.events[one], &self.events[other]);
        a.thread == b.thread || a.is_opaque || b.is_opaque || {
            self.accesses(one)
                .any(|a| self.accesses(other).any(|b| a.conflicts_with(b)))
        }
    }
}

/// How many first steps a schedule must force for the execution to take all of `steps`: up to the
/// last one that does not follow the fixed order.
pub(crate) fn forced(steps: &[Event]) -> usize {
    let follows = |at: usize| {
        let last = at.checked_sub(1).map(|before| steps[before].thread);
        let goes_on = last == Some(steps[at].thread);
        goes_on || !steps[at].preempts && steps[at].index == 0
    };
    let is_forced = |at: &usize| !follows(*at);
    (0..steps.len()).rfind(is_forced).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::MarkerId;

    /// `a` starts `b` in its first step, both write nothing that is known, and `a` joins `b`.
    fn trace() -> ([Event; 4], Vec<Access>) {
        let [a, b] = [0, 1].map(ThreadId::new);
        let event = |thread, operation, end, accesses| Event {
            end,
            is_opaque: false,
            ..Event::begin(Pending { thread, operation }, 0, 1, accesses)
        };
        let marker = Operation::at_marker(MarkerId::new(0));
        let events = [
            event(a, marker, StepEnd::Paused, 1),
            event(b, Operation::start(), StepEnd::Paused, 1),
            event(b, marker, StepEnd::Ended, 1),
            event(a, Operation::join(b), StepEnd::Ended, 1),
        ];
        (events, vec![Access::write(Object::Thread(b))])
    }

    #[test]
    fn a_start_and_a_join_conflict_with_what_they_wait_for_and_with_nothing_else() {
        let (events, accesses) = trace();
        let trace = Trace {
            events: &events,
            accesses: &accesses,
            repeated: 0,
            is_cut_short: false,
        };
        let conflicts: Vec<(usize, usize)> = (0..4)
            .flat_map(|one| (one + 1..4).map(move |other| (one, other)))
            .filter(|&(one, other)| trace.conflict(one, other))
            .collect();
        // The spawn with the start, the end and the join of `b`; `a` and `b` with themselves; and
        // the end of `b` with the join. Not the start with the join: both only read.
        assert_eq!(conflicts, [(0, 1), (0, 2), (0, 3), (1, 2), (2, 3)]);
    }

    #[test]
    fn a_step_that_may_touch_anything_conflicts_with_every_other() {
        let (mut events, accesses) = trace();
        events[1].is_opaque = true;
        let trace = Trace {
            events: &events,
            accesses: &accesses,
            repeated: 0,
            is_cut_short: false,
        };
        assert!((0..4).all(|other| trace.conflict(1, other) && trace.conflict(other, 1)));
    }
}
