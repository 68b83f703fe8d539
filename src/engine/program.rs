//! The program under test, as an engine sees it.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::instance::ProgramInstance;
use crate::error::Error;
use crate::oracle::Oracles;

/// A program under test: named threads that share a state.
pub(crate) trait Program: Send + Sync + 'static {
    /// The names of the threads, in the order in which they were added.
    fn threads(&self) -> &[String];

    /// Makes an instance of it, with no state yet.
    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance>;

    fn invariants(&self) -> &[Arc<str>] {
        &[]
    }

    fn has_invariants(&self) -> bool {
        !self.invariants().is_empty()
    }

    /// Whether instances describe their [`outcome`](ProgramInstance::outcome).
    fn describes_outcomes(&self) -> bool {
        false
    }

    /// Whether one of its executions has done what others could notice. All runs of it share this.
    fn is_noticed(&self) -> Arc<AtomicBool> {
        Arc::default()
    }

    /// Why it cannot be run as it was described, beyond the names of its threads.
    fn refusal(&self) -> Option<Error> {
        None
    }

    /// What must hold at the end of an execution, besides [`check`](ProgramInstance::check).
    fn oracles(&self) -> Option<&Oracles> {
        None
    }
}
