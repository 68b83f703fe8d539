//! What an engine runs: the program under test, as it sees it.

use std::any::Any;

use crate::oracle::Oracles;
use crate::search::ThreadId;

/// Room for what the threads of a program share. Its type is the subject's business, so that engines
/// are compiled once and not for each program. An engine that runs executions one after the other
/// in one room allocates none.
pub(crate) type SharedState = Box<dyn Any + Send + Sync>;

/// What runs one thread of the program to its end.
pub(crate) type Body = dyn Fn(&SharedState) + Send + Sync;

/// A program under test: a state, made afresh for each execution, and the threads that share it.
///
/// Everything here is the user's code: it may panic, and it may not come back. All that is passed a
/// state is passed a [`room`](Self::room) of the same subject, [set up](Self::set_up).
pub(crate) trait Subject: Send + Sync + 'static {
    /// The names of the threads, in the order in which they were added.
    fn threads(&self) -> &[String];

    /// Room for a state, with none in it.
    fn room(&self) -> SharedState;

    /// Makes the state for one execution.
    fn set_up(&self, room: &mut SharedState);

    /// Drops the state.
    fn tear_down(&self, room: &mut SharedState);

    /// The body of one thread. A fiber calls it with no call of ours in between: what is on its
    /// stack below the first marker is returned through, and each such return is one that the
    /// processor predicts wrong.
    fn body(&self, thread: ThreadId) -> &Body;

    /// The names of the invariants.
    fn invariants(&self) -> &[String] {
        &[]
    }

    /// Whether there is anything to [`observe`](Self::observe).
    fn has_invariants(&self) -> bool {
        !self.invariants().is_empty()
    }

    /// Returns the first invariant that does not hold, by its number. Called whenever every
    /// thread is paused.
    fn observe(&self, _state: &SharedState) -> Option<usize> {
        None
    }

    /// Describes the state after all threads have ended, if that was asked for.
    fn outcome(&self, _state: &SharedState) -> Option<String> {
        None
    }

    /// Whether there is anything that [`outcome`](Self::outcome) would say.
    fn describes_outcomes(&self) -> bool {
        false
    }

    /// What is asked of the end of an execution besides [`check`](Self::check), if anything is.
    fn oracles(&self) -> Option<&Oracles> {
        None
    }

    /// Describes the state after all threads have ended, for being compared with serial orders, if
    /// that was asked for.
    fn view(&self, _state: &SharedState) -> Option<String> {
        None
    }

    /// Checks the state after all threads have ended; panics if it is wrong.
    fn check(&self, _state: &SharedState) {}
}
