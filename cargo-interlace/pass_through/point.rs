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

    pub(super) const fn exchange(_name: &'static str, _is_from_zero: bool) -> Self {
        Operation
    }

    #[inline]
    pub(super) fn make<P, V, T>(
        self,
        _place: *mut P,
        _caller: usize,
        _look: impl Fn() -> V,
        access: impl FnOnce() -> (T, bool),
    ) -> T {
        access().0
    }
}
