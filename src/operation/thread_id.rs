//! Threads, as searches and engines know them.

/// A thread of the program under test: its index in the table of threads. Declared threads come
/// first, in the order in which they were added; then those that the program starts, in the order
/// in which it starts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ThreadId(u32);

impl ThreadId {
    /// The id of the thread at `index` in the table.
    ///
    /// # Panics
    ///
    /// If there are more than 2^32 threads, which no operating system allows.
    #[inline]
    pub(crate) fn new(index: usize) -> Self {
        ThreadId(u32::try_from(index).expect("fewer than 2^32 threads"))
    }

    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }

    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// The id whose [`number`](Self::number) this is.
    #[inline]
    pub(crate) fn of_number(number: u32) -> Self {
        ThreadId(number)
    }
}
