//! What an engine runs: the program under test, as it sees it.

use std::sync::Arc;

use super::instance::ProgramInstance;
use crate::oracle::Oracles;

/// A program under test: named threads that share a state.
pub(crate) trait Program: Send + Sync + 'static {
    /// The names of the threads, in the order in which they were added.
    fn threads(&self) -> &[String];

    /// A room for executions of it, with no state in it.
    fn instance(self: Arc<Self>) -> Box<dyn ProgramInstance>;

    /// The names of the invariants.
    fn invariants(&self) -> &[Arc<str>] {
        &[]
    }

    /// Whether there is anything to [`check_invariants`](ProgramInstance::check_invariants).
    fn has_invariants(&self) -> bool {
        !self.invariants().is_empty()
    }

    /// Whether there is anything that [`outcome`](ProgramInstance::outcome) would say.
    fn describes_outcomes(&self) -> bool {
        false
    }

    /// What is asked of the end of an execution besides [`check`](ProgramInstance::check), if anything is.
    fn oracles(&self) -> Option<&Oracles> {
        None
    }
}
