//! What a step touches, as far as that is known, and when two accesses conflict.

use std::ops::Range;

use super::ThreadId;
use crate::named::displayed;

/// Something that steps of several threads may touch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Object {
    /// The life of a thread: that it was started, goes on after a wait, has ended.
    Thread(ThreadId),
    /// The loop in which a thread waits: written by whoever changes what that waits for.
    Loop(ThreadId),
    /// Whether a task was woken.
    Waker(ThreadId),
    /// The threads of the `thread::scope` that is counted by references at this address: read by who starts one
    /// or ends, acquired by who waits for them all.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    Scope(usize),
    /// The bytes at these addresses. They are those of this execution: another may have them elsewhere.
    Memory(Range<usize>),
    /// What a marker calls so, by the hash of the text.
    Text(u64),
    /// The clock of the execution.
    Clock,
    /// The returns of operations that a thread [records](crate::linear::History), or, if none is named, of all:
    /// written by who returns, and read by who begins one. So which operation ended before which began is the
    /// same in all executions of a class, and nothing else is ordered.
    Returns(Option<ThreadId>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) object: Object,
    pub(crate) kind: AccessKind,
    /// The count that an increment or a decrement has found; 0 if that is not known.
    pub(crate) found: u64,
}

displayed! {
    /// What a step does with something that it touches. Its `Display` is the verb: `reads`.
    ///
    /// ```
    /// use interlace::failure::AccessKind;
    ///
    /// assert_eq!(AccessKind::Write.to_string(), "writes");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum AccessKind {
        /// It reads.
        Read = "reads",
        /// It writes.
        Write = "writes",
        /// It acquires a lock: a write that has to wait until the lock is free.
        Acquire = "acquires",
        /// It releases a lock: a write after which the thread does not hold it any more.
        Release = "releases",
        /// It acquires a lock that others may acquire so at the same time, as readers do: it has to wait until
        /// nobody holds the lock alone.
        AcquireShared = "acquires to share",
        /// It gives up a lock that it shares.
        ReleaseShared = "stops to share",
        /// It adds one to a count at which nobody looks but who decrements it, to see whether that was the last.
        Increment = "increments",
        /// It takes one from such a count.
        Decrement = "decrements",
    }
}

impl Object {
    /// Whether the two have something in common.
    pub(crate) fn meets(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Memory(one), Object::Memory(two)) => {
                one.start < two.end && two.start < one.end
            }
            (Object::Returns(one), Object::Returns(two)) => {
                one == two || one.is_none() || two.is_none()
            }
            _ => self == other,
        }
    }
}

impl Access {
    pub(crate) fn read(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Read,
            found: 0,
        }
    }

    pub(crate) fn write(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Write,
            found: 0,
        }
    }

    pub(crate) fn acquire(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Acquire,
            found: 0,
        }
    }

    pub(crate) fn release(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Release,
            found: 0,
        }
    }

    #[cfg_attr(
        not(any(interlace, test)),
        allow(dead_code, reason = "for instrumented builds")
    )]
    pub(crate) fn acquire_shared(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::AcquireShared,
            found: 0,
        }
    }

    #[cfg(test)]
    pub(crate) fn release_shared(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::ReleaseShared,
            found: 0,
        }
    }

    /// Adds one to a count of those that refer to something.
    #[cfg(test)]
    pub(crate) fn increment(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Increment,
            found: 0,
        }
    }

    /// Takes one from it.
    #[cfg(test)]
    pub(crate) fn decrement(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Decrement,
            found: 0,
        }
    }

    /// What the code after a wait touches if the code before it was to touch this: it does not have to wait
    /// for a lock again.
    pub(super) fn after_wait(&self) -> Access {
        match self.kind {
            AccessKind::Acquire => Access::write(self.object.clone()),
            AccessKind::AcquireShared => Access {
                kind: AccessKind::ReleaseShared,
                ..self.clone()
            },
            _ => self.clone(),
        }
    }

    /// Whether it can be made only while a lock is free.
    pub(crate) fn is_acquire(&self) -> bool {
        matches!(self.kind, AccessKind::Acquire | AccessKind::AcquireShared)
    }

    /// Whether it begins to share a lock.
    pub(crate) fn is_shared_acquire(&self) -> bool {
        self.kind == AccessKind::AcquireShared
    }

    /// Whether it begins or ends to share a lock.
    fn is_sharing(&self) -> bool {
        self.is_shared_acquire() || self.kind == AccessKind::ReleaseShared
    }

    pub(crate) fn is_write(&self) -> bool {
        self.kind != AccessKind::Read
    }

    /// Whether it waits until `other`, and all like it, have come: there is no other order of the two.
    pub(crate) fn waits_for(&self, other: &Access) -> bool {
        let Object::Scope(references) = self.object else {
            return false;
        };
        let is_met = match &other.object {
            Object::Scope(scope) => *scope == references && !other.is_acquire(),
            Object::Memory(range) => range.start == references && other.is_count(),
            _ => false,
        };
        is_met && self.is_acquire()
    }

    /// Whether it counts those that refer to something.
    pub(crate) fn is_count(&self) -> bool {
        matches!(self.kind, AccessKind::Increment | AccessKind::Decrement)
    }

    /// Whether it is a decrement that may have been the last.
    pub(crate) fn may_be_last(&self) -> bool {
        self.kind == AccessKind::Decrement && self.found <= 1
    }

    /// Whether both count what refers to the same.
    pub(crate) fn count_the_same(&self, other: &Access) -> bool {
        self.is_count() && other.is_count() && self.object == other.object
    }

    /// Whether the order of the two matters: they touch the same object, and at least one writes. Of two that
    /// count it does only if one was the last, and never of two that share a lock.
    ///
    /// Who increments or decrements a count holds one of the references. So what is left of them when two
    /// such steps come one after the other is the same in both orders, and who finds out that it was the last
    /// is the same unless the second does.
    pub(crate) fn conflicts_with(&self, other: &Access) -> bool {
        if self.count_the_same(other) {
            return self.may_be_last() || other.may_be_last();
        }
        if self.is_sharing() && other.is_sharing() {
            return false;
        }
        (self.is_write() || other.is_write()) && self.object.meets(&other.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_conflicts_where_it_overlaps() {
        let whole = Access::write(Object::Memory(16..32));
        for (range, overlaps) in [
            (0..16, false),
            (0..17, true),
            (20..24, true),
            (31..40, true),
            (32..40, false),
        ] {
            let read = Access::read(Object::Memory(range.clone()));
            assert_eq!(whole.conflicts_with(&read), overlaps, "{range:?}");
            assert_eq!(read.conflicts_with(&whole), overlaps, "{range:?}");
            assert!(!read.conflicts_with(&Access::read(Object::Memory(range))));
        }
        assert!(!whole.conflicts_with(&Access::write(Object::Text(16))));
    }
}
