//! Asking whether what a paused thread is about to acquire is free, which is the user's code.

use super::lock_probe::LockProbe;
use super::lock_state::LockState;
use super::{catch, current};
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// A thread at a marker that says what the gated code acquires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acquisition {
    pub(crate) thread: ThreadId,
    pub(crate) marker: MarkerId,
}

/// One question on its way: from the table of locks to where no lock of the engine is held, and
/// back with its answer. While it is on its way, its thread does not take it back.
#[must_use = "a question that is not given back is never taken back either"]
#[derive(Debug)]
pub(super) struct LockQuestion {
    pub(super) asker: Acquisition,
    pub(super) probe: LockProbe,
    /// What has been seen.
    pub(super) looks: Vec<LockState>,
}

impl LockQuestion {
    /// Asks. This runs the user's code, which may take as long as it likes, wake tasks, and panic:
    /// then what comes after is not shown, and the thread may find out itself. Markers do nothing
    /// there.
    pub(super) fn ask(&mut self) {
        let LockQuestion { probe, looks, .. } = self;
        let look = || probe.ask(&mut |look| looks.push(look));
        drop(current::uncontrolled(|| catch::catch(look)));
    }
}
