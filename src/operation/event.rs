//! The steps that an execution has taken.

use super::{
    Access, Footprints, Knowledge, Object, Operation, OperationKind, Pending, ThreadId,
    ThreadStatus, Way,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
    /// Which of the enabled entries was chosen, and how many there were.
    pub(crate) index: u32,
    pub(crate) enabled_count: u32,
    /// Whether it was a [preemption](super::SchedulingPoint::preempts).
    pub(crate) preempts: bool,
    pub(crate) end: StepEnd,
    pub(crate) knowledge: Knowledge,
    /// Whether calls have touched something in it: that was known only when it was taken.
    pub(crate) has_called: bool,
    /// Where the accesses of this step end among those of the trace. They begin where those of the
    /// previous step end.
    pub(crate) accesses_end: u32,
}

/// Where a step has left its thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepEnd {
    /// Before its next operation; also the value while the step is under way.
    Paused,
    /// Waiting: a task for its waker, a thread in the kernel.
    Waits,
    /// At its end.
    Ended,
}

impl Event {
    /// The step that begins with `pending`, when the trace has `accesses` so far. What it touches
    /// and where it ends is not known yet.
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
            knowledge: Knowledge::Nothing,
            has_called: false,
            accesses_end: accesses,
        }
    }

    /// What its thread was about to do before it.
    pub(crate) fn pending(&self) -> Pending {
        let (thread, operation) = (self.thread, self.operation);
        Pending { thread, operation }
    }

    /// The way in which its thread went on.
    pub(crate) fn way(&self) -> Way {
        self.pending().way()
    }

    /// Whether `other` is the same step of another execution. What it touches may depend on what is
    /// global to the process, as when a lock is used for the first time.
    pub(crate) fn is_again(&self, other: &Event) -> bool {
        let (has_called, accesses_end) = (self.has_called, self.accesses_end);
        *self
            == Event {
                has_called,
                accesses_end,
                ..*other
            }
    }

    pub(crate) fn waits(&self) -> bool {
        self.end == StepEnd::Waits
    }

    /// Whether the step may have touched more than is known.
    pub(crate) fn is_opaque(&self) -> bool {
        self.knowledge == Knowledge::Nothing
    }
}

/// The events of one execution, and what they touched. The first `repeated` of them are the same as
/// in the execution before.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trace<'a> {
    pub(crate) events: &'a [Event],
    pub(crate) accesses: &'a [Access],
    #[cfg_attr(not(test), allow(dead_code, reason = "tests hold engines to it"))]
    pub(crate) repeated: usize,
    /// Whether the execution timed out, so that more events might have followed.
    pub(crate) is_cut_short: bool,
    /// Whether the last step has ended the execution, though threads could have gone on.
    pub(crate) has_aborted: bool,
    /// The first step, if any, whose order with others depends on more than on what the two touch: it
    /// ends or begins a wait that may also end otherwise, or after it one that could time out is held back.
    pub(crate) conditional: Option<usize>,
    /// Where each thread stood at the end, and what it was about to touch there.
    pub(crate) threads: &'a [ThreadStatus],
    pub(crate) footprints: &'a Footprints,
    /// A number for each thread, the same under every schedule.
    pub(crate) identities: &'a [u64],
}

impl Trace<'_> {
    /// What the event of this number has touched: the accesses recorded for it, and those that
    /// follow from its operation and its end.
    pub(crate) fn accesses(&self, number: usize) -> impl Iterator<Item = Access> + '_ {
        let event = &self.events[number];
        let begins = number
            .checked_sub(1)
            .map_or(0, |before| self.events[before].accesses_end);
        let seen = &self.accesses[begins as usize..event.accesses_end as usize];
        let operation = match event.operation.kind() {
            OperationKind::Start | OperationKind::Resume => {
                Some(Access::read(Object::Thread(event.thread)))
            }
            OperationKind::Join(thread) => Some(Access::read(Object::Thread(thread))),

            _ => None,
        };
        let has_ended = event.end == StepEnd::Ended;
        let end = has_ended.then(|| Access::write(Object::Thread(event.thread)));
        seen.iter().cloned().chain(operation).chain(end)
    }

    /// Whether two events conflict, so that their order may matter. Steps of one thread do, and a
    /// step that may touch anything conflicts with every other.
    #[cfg(test)]
    pub(crate) fn conflict(&self, one: usize, other: usize) -> bool {
        let (a, b) = (&self.events[one], &self.events[other]);
        a.thread == b.thread || a.is_opaque() || b.is_opaque() || {
            self.accesses(one)
                .any(|a| self.accesses(other).any(|b| a.conflicts_with(&b)))
        }
    }
}

/// How many first steps a schedule must force so that an execution takes all of `steps`: up to the
/// last that does not follow the fixed order.
pub(crate) fn forced(steps: &[Event]) -> usize {
    let follows = |at: usize| {
        let step = &steps[at];
        let last = at.checked_sub(1).map(|before| steps[before].thread);
        let goes_on = last == Some(step.thread) && !step.operation.is_interruption();
        goes_on || !step.preempts && step.index == 0
    };
    let is_forced = |at: &usize| !follows(*at);
    (0..steps.len()).rfind(is_forced).map_or(0, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::MarkerId;

    /// `a` starts `b` in its first step and joins it later.
    fn trace() -> ([Event; 4], Vec<Access>) {
        let [a, b] = [0, 1].map(ThreadId::new);
        let event = |thread, operation, end, accesses| Event {
            end,
            knowledge: Knowledge::Declared,
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
            accesses: &accesses,
            ..Trace::of(&events)
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
        events[1].knowledge = Knowledge::Nothing;
        let trace = Trace {
            accesses: &accesses,
            ..Trace::of(&events)
        };
        assert!((0..4).all(|other| trace.conflict(1, other) && trace.conflict(other, 1)));
    }
}
