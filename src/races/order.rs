//! The orderings of atomic accesses.

use crate::named::displayed;

displayed! {
    /// The ordering of an atomic access, by its name in Rust.
    ///
    /// ```
    /// use interlace::failure::MemoryOrder;
    ///
    /// assert_eq!(MemoryOrder::AcqRel.to_string(), "AcqRel");
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum MemoryOrder {
        /// It orders nothing but accesses to the same place.
        Relaxed = "Relaxed",
        /// What it reads from a release happens before what follows it.
        Acquire = "Acquire",
        /// What precedes it happens before what follows an acquire that reads it.
        Release = "Release",
        /// Both of these.
        AcqRel = "AcqRel",
        /// The same, and all of this ordering have one order.
        SeqCst = "SeqCst",
    }
}

impl MemoryOrder {
    /// That of this number in C11. Consume counts as acquire.
    #[inline]
    pub(crate) const fn of_c(number: i32) -> Self {
        match number {
            0 => MemoryOrder::Relaxed,
            1 | 2 => MemoryOrder::Acquire,
            3 => MemoryOrder::Release,
            4 => MemoryOrder::AcqRel,
            _ => MemoryOrder::SeqCst,
        }
    }

    #[inline]
    pub(crate) const fn acquires(self) -> bool {
        !matches!(self, MemoryOrder::Relaxed | MemoryOrder::Release)
    }

    #[inline]
    pub(crate) const fn releases(self) -> bool {
        !matches!(self, MemoryOrder::Relaxed | MemoryOrder::Acquire)
    }
}
