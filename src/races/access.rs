//! Accesses to memory, and two of them that race.

use super::order::MemoryOrder;
use crate::named::displayed;

displayed! {
    /// What an access does that races with another.
    ///
    /// ```
    /// use interlace::failure::AccessType;
    ///
    /// assert_eq!(AccessType::AtomicRead.to_string(), "atomic_read");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum AccessType {
        /// It reads, and is not atomic.
        Read = "read",
        /// It writes, and is not atomic.
        Write = "write",
        /// It reads, and is atomic.
        AtomicRead = "atomic_read",
        /// It writes, or reads and writes, and is atomic.
        AtomicWrite = "atomic_write",
        /// It frees the memory.
        Free = "free",
    }
}

impl AccessType {
    #[inline]
    pub(super) fn writes(self) -> bool {
        !matches!(self, AccessType::Read | AccessType::AtomicRead)
    }

    #[inline]
    pub(super) fn is_atomic(self) -> bool {
        matches!(self, AccessType::AtomicRead | AccessType::AtomicWrite)
    }

    /// Whether one of each may race.
    #[inline]
    pub(super) fn conflicts(self, other: Self) -> bool {
        (self.writes() || other.writes()) && !(self.is_atomic() && other.is_atomic())
    }

    /// Whether all conflict with this one that conflict with the other.
    #[inline]
    pub(super) fn stands_for(self, other: Self) -> bool {
        self.writes() >= other.writes() && self.is_atomic() <= other.is_atomic()
    }
}

/// An access of a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) place: usize,
    pub(crate) size: usize,
    pub(crate) kind: AccessType,
    /// Where in the code.
    pub(crate) site: usize,
}

impl Access {
    #[inline]
    pub(super) fn atomic(self, writes: bool) -> Self {
        let kind = if writes {
            AccessType::AtomicWrite
        } else {
            AccessType::AtomicRead
        };
        Access { kind, ..self }
    }
}

/// One of two accesses that race.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RacingSide {
    pub(crate) thread: usize,
    pub(crate) kind: AccessType,
    /// How many bytes it accesses; 0 if that is not known.
    pub(crate) size: usize,
    pub(crate) site: usize,
}

/// Two accesses that race, in the order of the execution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Race {
    pub(crate) first: RacingSide,
    pub(crate) second: RacingSide,
    /// How the second thread may have learnt of what the first has done: by an atomic, which has not ordered
    /// them.
    pub(crate) passed: Option<Passed>,
}

/// An atomic access that has read what another thread has stored, without being ordered after that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Passed {
    pub(crate) store: usize,
    pub(crate) store_order: MemoryOrder,
    pub(crate) load: usize,
    pub(crate) load_order: MemoryOrder,
}
