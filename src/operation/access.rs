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
    /// The bytes at these addresses. They are those of this execution: another may have them elsewhere.
    Memory(Range<usize>),
    /// What a marker calls so, by the hash of the text.
    Text(u64),
    /// The clock of the execution.
    Clock,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) object: Object,
    pub(crate) kind: AccessKind,
}

/// What an access has found, and what it has done there.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
pub(crate) struct Found {
    /// What was there before.
    pub(crate) value: u64,
    /// Whether it has written another value there.
    pub(crate) has_changed: bool,
}

displayed! {
    /// What a step does with something that it touches. Its `Display` is the verb: `reads`.
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
    }
}

impl Object {
    /// Whether the two have something in common.
    pub(crate) fn meets(&self, other: &Object) -> bool {
        match (self, other) {
            (Object::Memory(one), Object::Memory(two)) => {
                one.start < two.end && two.start < one.end
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
        }
    }

    pub(crate) fn write(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Write,
        }
    }

    pub(crate) fn acquire(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Acquire,
        }
    }

    pub(crate) fn release(object: Object) -> Self {
        Access {
            object,
            kind: AccessKind::Release,
        }
    }

    /// What the code after a wait touches if the code before it was to touch this: it does not have to wait
    /// for a lock again.
    pub(super) fn after_wait(&self) -> Access {
        match self.kind {
            AccessKind::Acquire => Access::write(self.object.clone()),
            _ => self.clone(),
        }
    }

    pub(crate) fn is_acquire(&self) -> bool {
        self.kind == AccessKind::Acquire
    }

    pub(crate) fn is_write(&self) -> bool {
        self.kind != AccessKind::Read
    }

    /// Whether the order of the two matters: they touch the same object, and at least one writes.
    pub(crate) fn conflicts_with(&self, other: &Access) -> bool {
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
