//! What an engine runs: the program under test, as it sees it.

use crate::search::ThreadId;

/// A program under test: a state, made afresh for each execution, and the threads that share it.
///
/// Everything here is the user's code: it may panic, and it may not come back.
pub(crate) trait Subject: Send + Sync + 'static {
    /// What the threads share.
    type State: Send + Sync + 'static;

    /// The names of the threads, in the order in which they were added.
    fn threads(&self) -> &[String];

    /// Makes the state for one execution.
    fn set_up(&self) -> Self::State;

    /// Runs one thread to its end.
    fn perform(&self, thread: ThreadId, state: &Self::State);

    /// Whether there is anything to [`observe`](Self::observe).
    fn has_invariants(&self) -> bool {
        false
    }

    /// Returns the first invariant that does not hold, by its number. Called whenever every
    /// thread is paused.
    fn observe(&self, _state: &Self::State) -> Option<usize> {
        None
    }

    /// Describes the state after all threads have ended, if that was asked for.
    fn outcome(&self, _state: &Self::State) -> Option<String> {
        None
    }

    /// Checks the state after all threads have ended; panics if it is wrong.
    fn check(&self, _state: &Self::State) {}
}
