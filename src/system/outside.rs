//! Calls of threads that no run controls, as they are passed on.

/// Makes a call in which the calling thread may sleep.
#[inline]
pub(super) fn sleeping<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// Makes a call that sleeps while the word at an address has a certain value, until woken there.
#[inline]
pub(super) fn sleeping_on<T>(_address: usize, _expected: u32, call: impl FnOnce() -> T) -> T {
    call()
}

/// Makes a call that may wake those that wait in `queue`.
#[inline]
pub(super) fn waking<T>(_queue: usize, call: impl FnOnce() -> T) -> T {
    call()
}
