//! What a thread is about to do.

use super::ThreadId;
use crate::schedule::StepKind;
use crate::site::MarkerId;

/// What a thread is about to do when it goes on. It is packed into one number, since points and
/// traces have many, and two are compared at every point. The four highest bits tell the kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Operation(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OperationKind {
    /// The code that a marker gates.
    Marker,
    /// The first step of a thread that the program has started.
    Start,
    /// Going on after the end of this thread.
    Join(ThreadId),
    /// Going on after a wait that began in an earlier step.
    Resume,
    /// Giving up a wait because its time is over.
    Timeout,
    /// Going on from a wait though nobody has ended it.
    Spurious,
    /// Dropping a task that is pending at an await.
    Cancel,
}

const KIND: u32 = 0b1111 << 28;
const MARKER: u32 = 0;
const RESUME: u32 = 1 << 28;
const JOIN: u32 = 2 << 28;
const START: u32 = 3 << 28;
/// The bits of a kind that are its [rarity](Operation::rarity).
const RARITY: u32 = 0b1100 << 28;
const TIMEOUT: u32 = 0b0100 << 28;
const SPURIOUS: u32 = 0b1000 << 28;
const CANCEL: u32 = 0b1001 << 28;

impl Operation {
    #[inline]
    pub(crate) fn at_marker(name: MarkerId) -> Self {
        Operation(MARKER | in_28_bits(name.number()))
    }

    pub(crate) fn start() -> Self {
        Operation(START)
    }

    pub(crate) fn join(thread: ThreadId) -> Self {
        Operation(JOIN | in_28_bits(thread.number()))
    }

    /// Going on after a wait that began after the marker `passed`.
    pub(crate) fn resume(passed: MarkerId) -> Self {
        Operation(RESUME | in_28_bits(passed.number()))
    }

    /// Giving up a wait that began after the marker `passed`, since its time is over.
    #[cfg_attr(not(test), allow(dead_code, reason = "for waits on virtual time"))]
    pub(crate) fn timeout(passed: MarkerId) -> Self {
        Operation(TIMEOUT | in_28_bits(passed.number()))
    }

    /// Going on from a wait that began after the marker `passed`, though nobody has ended it.
    #[cfg_attr(not(test), allow(dead_code, reason = "for waits on virtual time"))]
    pub(crate) fn spurious(passed: MarkerId) -> Self {
        Operation(SPURIOUS | in_28_bits(passed.number()))
    }

    /// Dropping a task that passed the marker `passed` last.
    pub(crate) fn cancel(passed: MarkerId) -> Self {
        Operation(CANCEL | in_28_bits(passed.number()))
    }

    /// Whether both are the same at the same place; threads may have other ids.
    pub(crate) fn is_like(self, other: Operation) -> bool {
        (self.0 & KIND, self.name()) == (other.0 & KIND, other.name())
    }

    /// Whether both go on at the same place, though perhaps from a wait that is over for another reason:
    /// of the two ways to go on from one that may time out, the past decides which it is.
    pub(crate) fn goes_on_like(self, other: Operation) -> bool {
        let both_end_waits = self.ends_wait() && other.ends_wait();
        self.is_like(other) || both_end_waits && self.name() == other.name()
    }

    /// Whether it goes on from a wait, woken or since its time is over.
    pub(crate) fn ends_wait(self) -> bool {
        matches!(self.0 & KIND, RESUME | TIMEOUT)
    }

    /// Whether it goes on from a marker at which it is paused.
    #[inline]
    pub(crate) fn is_marker(self) -> bool {
        self.0 & KIND == MARKER
    }

    /// Whether it ends a wait though what that waits for has not come: a time-out, a spurious
    /// wake-up, a cancellation. Other operations are *ordinary*.
    #[inline]
    pub(crate) fn is_interruption(self) -> bool {
        self.0 & RARITY != 0
    }

    /// 0 for an ordinary operation, 1 for a time-out, 2 for a spurious wake-up or a cancellation. To
    /// take a rarer operation than need be is a preemption.
    #[inline]
    pub(crate) fn rarity(self) -> u32 {
        (self.0 & RARITY) >> RARITY.trailing_zeros()
    }

    pub(crate) fn kind(self) -> OperationKind {
        match self.0 & KIND {
            MARKER => OperationKind::Marker,
            RESUME => OperationKind::Resume,
            JOIN => OperationKind::Join(ThreadId::of_number(self.0 & !KIND)),
            TIMEOUT => OperationKind::Timeout,
            SPURIOUS => OperationKind::Spurious,
            CANCEL => OperationKind::Cancel,
            _ => OperationKind::Start,
        }
    }

    /// The marker that the thread passes by it. One that waits has passed its marker before.
    pub(crate) fn passes(self) -> Option<MarkerId> {
        let waits = self.is_interruption() || self.kind() == OperationKind::Resume;
        (!waits).then(|| self.name())
    }

    pub(crate) fn step_kind(self) -> StepKind {
        match self.kind() {
            OperationKind::Marker => StepKind::Marker,
            OperationKind::Start => StepKind::Start,
            OperationKind::Join(_) => StepKind::Join,
            OperationKind::Resume => StepKind::Resume,
            OperationKind::Timeout => StepKind::Timeout,
            OperationKind::Spurious => StepKind::Spurious,
            OperationKind::Cancel => StepKind::Cancel,
        }
    }

    /// What schedules call it, if that is known without a lock and without looking it up.
    pub(crate) fn known_name(self) -> Option<&'static str> {
        match self.kind() {
            OperationKind::Join(_) => Some("join"),
            OperationKind::Start => Some("start"),
            _ => match MarkerId::of_number(self.0 & !KIND) {
                Some(marker) => marker.registered()?.known_name(),
                None => Some("start"),
            },
        }
    }

    /// The marker at which the thread is paused. In and after a wait, the marker that it passed
    /// last; otherwise a pseudo-marker.
    pub(crate) fn name(self) -> MarkerId {
        let marker = match self.kind() {
            OperationKind::Join(_) => Some(MarkerId::join()),
            OperationKind::Start => None,
            _ => MarkerId::of_number(self.0 & !KIND),
        };
        marker.unwrap_or_else(MarkerId::start)
    }
}

#[inline]
fn in_28_bits(number: u32) -> u32 {
    debug_assert!(number & KIND == 0, "fewer than 2^28 markers and threads");
    number
}

/// A thread that has stopped, and what it is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
}

impl Pending {
    #[inline]
    pub(crate) fn way(self) -> Way {
        let interruption = if self.operation.is_interruption() {
            self.operation.0 & KIND
        } else {
            0
        };
        Way(u64::from(interruption) << 32 | u64::from(self.thread.number()))
    }

    /// All of it in one number, so that comparing takes one instruction.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.thread.number()) | u64::from(self.operation.0) << 32
    }

    /// That whose [`bits`](Self::bits) these are.
    #[allow(clippy::cast_possible_truncation, reason = "each is half of it")]
    pub(crate) fn of_bits(bits: u64) -> Self {
        Pending {
            thread: ThreadId::of_number(bits as u32),
            operation: Operation((bits >> 32) as u32),
        }
    }
}

/// Which thread goes on, and whether by an ordinary operation or by which kind of interruption. Among
/// the enabled of one point, each has another. They are listed and explored in this order: ordinary
/// operations before time-outs, those before the rest, and threads in the order of their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Way(u64);

impl Way {
    /// The thread goes on by an ordinary operation.
    pub(crate) fn ordinary(thread: ThreadId) -> Self {
        Way(u64::from(thread.number()))
    }

    pub(crate) fn thread(self) -> ThreadId {
        #[allow(clippy::cast_possible_truncation, reason = "the lower half")]
        ThreadId::of_number(self.0 as u32)
    }

    pub(crate) fn is_interruption(self) -> bool {
        self != Way::ordinary(self.thread())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_differs_in_an_operation_shows_in_its_bits() {
        let [a, b] = [0, 1].map(ThreadId::new);
        let [x, y] = [0, 1].map(MarkerId::new);
        let operations = [
            Operation::at_marker(x),
            Operation::at_marker(y),
            Operation::resume(x),
            Operation::resume(y),
            Operation::timeout(x),
            Operation::spurious(x),
            Operation::cancel(x),
            Operation::start(),
            Operation::join(a),
            Operation::join(b),
        ];
        let all: Vec<Pending> = [a, b]
            .into_iter()
            .flat_map(|thread| operations.map(|operation| Pending { thread, operation }))
            .collect();
        for one in &all {
            for other in &all {
                assert_eq!(one.bits() == other.bits(), one == other);
                let parts = |it: &Pending| (it.thread, it.operation.kind(), it.operation.name());
                assert_eq!(parts(one) == parts(other), one == other);
            }
        }
    }

    #[test]
    fn ordinary_operations_come_before_time_outs_and_those_before_the_rest() {
        let [a, b] = [0, 1].map(ThreadId::new);
        let x = MarkerId::new(0);
        let ordered = [
            (a, Operation::resume(x)),
            (b, Operation::start()),
            (a, Operation::timeout(x)),
            (b, Operation::timeout(x)),
            (a, Operation::spurious(x)),
            (b, Operation::spurious(x)),
            (a, Operation::cancel(x)),
        ];
        let ways = ordered.map(|(thread, operation)| Pending { thread, operation }.way());
        assert!(ways.is_sorted_by(|one, next| one < next));
        assert_eq!(ordered.map(|it| it.1.rarity()), [0, 0, 1, 1, 2, 2, 2]);
        for ((thread, operation), way) in ordered.into_iter().zip(ways) {
            assert_eq!(way.thread(), thread);
            assert_eq!(way.is_interruption(), operation.is_interruption());
        }
        assert_eq!(ways[1], Way::ordinary(b));
    }
}
