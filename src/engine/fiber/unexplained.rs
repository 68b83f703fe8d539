//! In place of `overflow`, where there are no such signals: an overflow ends the process, without a
//! word.

pub(crate) fn explaining<T>(body: impl FnOnce() -> T) -> T {
    body()
}

pub(super) struct Guard;

impl Guard {
    pub(super) fn new(_: &str, _: usize, _: (usize, usize)) -> Self {
        Guard
    }
}

pub(super) fn guard(_: Guard) {}

pub(super) fn guards() {}

pub(super) fn set_guards((): ()) {}
