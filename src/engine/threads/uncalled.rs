//! In the place of `call`, where the system does not tell in which call a thread sleeps.

use crate::engine::core::{Object, Operation};

/// A system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call;

/// An open file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File;

impl Call {
    /// It is not known.
    pub(super) fn is_lasting(&self) -> bool {
        false
    }

    /// It is not known.
    pub(super) fn is_ready(&self) -> bool {
        true
    }

    /// Nowhere.
    pub(super) fn place(&self) -> (Vec<File>, Option<(Operation, Object)>) {
        (Vec::new(), None)
    }
}
