//! No scheduling point: no run controls any thread.

/// What an update changes: here, nobody tells counts from other values.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changes {
    Value,
    #[allow(dead_code)]
    Count,
}

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
    pub(super) fn point_of_update<T>(self, _place: *mut T, _caller: usize) -> Changes {
        Changes::Value
    }

    #[inline]
    pub(super) fn found(self, _count: u64) {}

    #[inline]
    pub(super) fn failed<T>(self, _place: *mut T, _caller: usize) {}
}
