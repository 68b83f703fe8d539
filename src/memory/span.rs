//! A range of addresses, for which one comparison tells whether an address is in it.

/// A range of addresses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: usize,
    length: usize,
}

impl Span {
    pub(super) const fn new(start: usize, end: usize) -> Self {
        Span {
            start,
            length: end.saturating_sub(start),
        }
    }

    pub(super) fn start(self) -> usize {
        self.start
    }

    pub(super) fn length(self) -> usize {
        self.length
    }

    #[inline]
    pub(super) fn holds(self, address: usize) -> bool {
        address.wrapping_sub(self.start) < self.length
    }
}
