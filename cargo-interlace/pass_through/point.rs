//! No scheduling point: no run controls any thread.

/// An access that is about to be made.
#[derive(Clone, Copy)]
pub(super) struct Operation;

impl Operation {
    pub(super) const fn read(_name: &'static str) -> Self {
        Operation
    }

    pub(super) const fn write(_name: &'static str) -> Self {
        Operation
    }

    #[inline]
    pub(super) fn point<T>(self, _place: *mut T, _caller: usize) {}

    #[inline]
    pub(super) fn point_from_zero<T>(self, _place: *mut T, _caller: usize) {}

    #[inline]
    pub(super) fn failed<T>(self, _place: *mut T, _caller: usize) {}
}
