//! What a thread is about to do.

use super::ThreadId;
use crate::site::MarkerId;

/// What a thread is about to do when it goes on. It is packed into one number, since points and
/// traces have many, and two are compared at every point. The two highest bits tell the kind.
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
}

const KIND: u32 = 0b11 << 30;
const MARKER: u32 = 0;
const RESUME: u32 = 0b01 << 30;
const JOIN: u32 = 0b10 << 30;
const START: u32 = 0b11 << 30;

impl Operation {
    #[inline]
    pub(crate) fn at_marker(name: MarkerId) -> Self {
        Operation(MARKER | in_30_bits(name.number()))
    }

    pub(crate) fn start() -> Self {
        Operation(START)
    }

    pub(crate) fn join(thread: ThreadId) -> Self {
        Operation(JOIN | in_30_bits(thread.number()))
    }

    /// Going on after a wait that began after the marker `passed`.
    pub(crate) fn resume(passed: MarkerId) -> Self {
        Operation(RESUME | in_30_bits(passed.number()))
    }

    pub(crate) fn kind(self) -> OperationKind {
        match self.0 & KIND {
            MARKER => OperationKind::Marker,
            RESUME => OperationKind::Resume,
            JOIN => OperationKind::Join(ThreadId::of_number(self.0 & !KIND)),
            _ => OperationKind::Start,
        }
    }

    /// The marker at which the thread is paused. After a wait, the marker that it passed last;
    /// otherwise a pseudo-marker.
    pub(crate) fn name(self) -> MarkerId {
        let marker = match self.kind() {
            OperationKind::Marker | OperationKind::Resume => MarkerId::of_number(self.0 & !KIND),
            OperationKind::Join(_) => Some(MarkerId::join()),
            OperationKind::Start => None,
        };
        marker.unwrap_or_else(MarkerId::start)
    }
}

#[inline]
fn in_30_bits(number: u32) -> u32 {
    debug_assert!(number & KIND == 0, "fewer than 2^30 markers and threads");
    number
}

/// A thread that has stopped, and what it is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
}

impl Pending {
    /// All of it in one number, so that comparing takes one instruction.
    #[inline]
    pub(crate) fn bits(self) -> u64 {
        u64::from(self.thread.number()) | u64::from(self.operation.0) << 32
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
}
