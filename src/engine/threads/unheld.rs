//! In the place of `hold`, where a thread that sleeps in the kernel cannot be held there.

use super::sight::FutexWait;
use super::sleep::Sleep;

/// Where one thread could be held.
#[derive(Debug, Default)]
pub(super) struct Hold;

/// A thread that could be held.
pub(super) struct Holdable;

impl Hold {
    /// Takes note of nothing.
    pub(super) fn admit(&self) -> Holdable {
        Holdable
    }

    /// It is not known.
    pub(super) fn kernel_id(&self) -> Option<i32> {
        Some(0)
    }

    /// No thread is held.
    pub(super) fn is_held(&self) -> bool {
        false
    }

    /// No thread waits here.
    pub(super) fn is_at(&self, _address: usize) -> bool {
        false
    }

    /// Holds nothing.
    pub(super) fn seize(&self, _sleep: Sleep) -> Option<bool> {
        None
    }

    /// Ends nothing.
    pub(super) fn end(&self) {}

    /// Makes nothing fail.
    pub(super) fn fail(&self) {}

    /// Lets nothing go.
    pub(super) fn release(&self) {}
}

/// Sleeps are as they are.
#[derive(Debug)]
pub(super) struct ExactSleeps;

impl ExactSleeps {
    pub(super) fn begin() -> Self {
        ExactSleeps
    }
}

/// Waits nowhere.
pub(super) fn wait_at(_wait: FutexWait) {}

/// Interrupts nobody.
pub(super) fn interrupt(_kernel_id: i32) {}
