//! In the place of `sight`, where the system does not tell what a thread waits for.

use super::call::Call;

/// What a thread was seen doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sight {
    #[allow(dead_code, reason = "nothing is seen here")]
    Running,
    #[allow(dead_code, reason = "nothing is seen here")]
    Futex(FutexWait),
    #[allow(dead_code, reason = "nothing is seen here")]
    FutexUntil,
    #[allow(dead_code, reason = "nothing is seen here")]
    Call(Call),
    #[allow(dead_code, reason = "nothing is seen here")]
    Elsewhere,
}

/// A wait for a word of memory to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FutexWait {
    pub(super) address: usize,
    pub(super) expected: u32,
}

/// Where one thread could be seen.
#[derive(Debug)]
pub(super) struct Window;

impl Window {
    /// There is none.
    pub(super) fn on(_kernel_id: i32) -> Option<Self> {
        None
    }

    /// Nothing is seen.
    pub(super) fn look(&self) -> Option<Sight> {
        None
    }
}

/// Nothing is read.
pub(super) fn word(_address: usize) -> Option<u32> {
    None
}
