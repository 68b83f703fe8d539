//! What a thread is about to do.

use super::ThreadId;
use crate::site::MarkerId;

/// What a thread is about to do when it goes on from where it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Operation {
    /// The marker at which it is paused; or, after a wait, the one that it passed last.
    pub(crate) name: MarkerId,
    pub(crate) kind: OperationKind,
}

/// What sort of thing it is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum OperationKind {
    /// The code that a marker gates.
    Marker,
    /// The first step of a thread that the program has started.
    Start,
    /// To go on after the end of this thread.
    Join(ThreadId),
    /// To go on after a wait that began in an earlier step.
    Resume,
}

impl Operation {
    #[inline]
    pub(crate) fn at_marker(name: MarkerId) -> Self {
        Operation {
            name,
            kind: OperationKind::Marker,
        }
    }

    pub(crate) fn start() -> Self {
        Operation {
            name: MarkerId::start(),
            kind: OperationKind::Start,
        }
    }

    pub(crate) fn join(thread: ThreadId) -> Self {
        Operation {
            name: MarkerId::join(),
            kind: OperationKind::Join(thread),
        }
    }

    /// To go on after a wait that began after `passed`.
    pub(crate) fn resume(passed: MarkerId) -> Self {
        Operation {
            name: passed,
            kind: OperationKind::Resume,
        }
    }
}

/// A thread that has stopped, and what it is about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
}

impl Pending {
    /// All of it in one number, to compare two at once: this is done at every point.
    #[inline]
    pub(crate) fn bits(self) -> u128 {
        let (kind, object) = match self.operation.kind {
            OperationKind::Marker => (0, 0),
            OperationKind::Start => (1, 0),
            OperationKind::Join(thread) => (2, thread.number()),
            OperationKind::Resume => (3, 0),
        };
        let pair = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
        let who = pair(self.thread.number(), self.operation.name.number());
        u128::from(who) | u128::from(pair(kind, object)) << 64
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
            }
        }
    }
}
