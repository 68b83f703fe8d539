//! An access to bytes at an address: what most steps of an instrumented build are.

use super::{Access, AccessKind, Object};

/// An access to bytes at an address, in the place of two words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct MemoryAccess {
    pub(crate) start: usize,
    pub(crate) size: u32,
    pub(crate) kind: AccessKind,
}

impl MemoryAccess {
    #[cfg_attr(
        not(any(interlace, test)),
        allow(dead_code, reason = "for instrumented builds")
    )]
    #[inline]
    pub(crate) const fn new(kind: AccessKind, start: usize, size: u32) -> Self {
        MemoryAccess { start, size, kind }
    }

    #[inline]
    pub(crate) const fn object(self) -> Object {
        Object::Memory(self.start..self.start.saturating_add(self.size as usize))
    }

    #[inline]
    pub(crate) const fn access(self) -> Access {
        Access {
            object: self.object(),
            kind: self.kind,
            found: 0,
        }
    }

    /// Whether both are of the same bytes.
    pub(crate) fn is_of_same(self, other: Self) -> bool {
        (self.start, self.size) == (other.start, other.size)
    }

    /// Whether it may change what is there.
    #[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
    #[inline]
    pub(crate) fn is_write(self) -> bool {
        self.kind != AccessKind::Read
    }

    /// As [`Access::is_count`].
    #[inline]
    pub(crate) fn is_count(self) -> bool {
        matches!(self.kind, AccessKind::Increment | AccessKind::Decrement)
    }
}
