//! In the place of `kernel`, where the system neither tells in which call a thread sleeps, nor lets a
//! thread be held there.

use crate::operation::{FileKind, SystemCall};

/// A system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call;

/// An open file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File;

impl Call {
    pub(super) const ARGUMENTS: usize = 0;

    /// It is not known.
    pub(super) fn is_lasting(&self) -> bool {
        false
    }

    /// It is not known.
    pub(super) fn is_ready(&self) -> bool {
        true
    }

    /// Nowhere.
    pub(super) fn place(&self) -> (Vec<File>, Option<(SystemCall, FileKind)>) {
        (Vec::new(), None)
    }
}

/// What a thread was seen doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(dead_code, reason = "nothing is seen here")]
pub(super) enum Sight {
    Running,
    Futex(FutexWait),
    FutexUntil,
    Call(Call),
    Elsewhere,
}

/// A wait for a word of memory to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct FutexWait {
    pub(super) address: usize,
    pub(super) expected: u32,
}

impl FutexWait {
    /// It is not known.
    pub(super) fn call(self) -> Call {
        Call
    }
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
    pub(super) fn seize(&self, _call: Call, _known: usize) -> Option<bool> {
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
