//! Asks whether the locks are free that a paused thread is about to acquire. That runs user code.

use super::catch;
use super::fiber::with_control;
use super::lock_probe::LockProbe;
use super::lock_state::LockState;
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// A thread that acquires locks at a marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acquisition {
    pub(crate) thread: ThreadId,
    pub(crate) marker: MarkerId,
}

/// One question, taken from the table of locks to be asked while no lock of the engine is held, and
/// given back with its answer. Meanwhile, its thread cannot withdraw it.
#[must_use = "a question that is not given back can never be withdrawn"]
#[derive(Debug)]
pub(super) struct LockQuestion {
    pub(super) asker: Acquisition,
    pub(super) probe: LockProbe,
    pub(super) shown: Vec<LockState>,
}

impl LockQuestion {
    /// Asks. This runs the user's code, in which markers do nothing. It may take any time, wake
    /// tasks, and panic; locks that it has not shown by then count as free.
    pub(super) fn ask(&mut self) {
        let LockQuestion { probe, shown, .. } = self;
        let ask = || probe.ask(&mut |lock| shown.push(lock));
        drop(with_control(false, || catch::catch(ask)));
    }
}
