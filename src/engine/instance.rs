//! Where executions of a program take place, one after the other.

use crate::operation::ThreadId;

/// A room for executions of a [program](super::Program): for the state that the threads of one of
/// them share, made afresh for each, and all that is done with it. The type of the state is the
/// room's own business, so that engines are compiled once and not for each program. An engine that
/// runs executions one after the other in one room allocates none.
///
/// Everything here is the user's code: it may panic, and it may not come back. It is called after
/// the room has been [set up](Self::init).
pub(crate) trait ProgramInstance: Send + Sync {
    /// Makes the state for one execution.
    fn init(&mut self);

    /// Drops the state.
    fn drop_state(&mut self);

    /// Runs one thread to its end. What is on the stack of a fiber below its first marker is
    /// returned through, and each such return is one that the processor predicts wrong: this had
    /// better go on to the user's code without coming back.
    fn run_thread(&self, thread: ThreadId);

    /// Returns the first invariant that does not hold, by its number. Called whenever every
    /// thread is paused.
    fn check_invariants(&self) -> Option<usize> {
        None
    }

    /// Describes the state after all threads have ended, if that was asked for.
    fn outcome(&self) -> Option<String> {
        None
    }

    /// Describes the state after all threads have ended, for being compared with serial orders, if
    /// that was asked for.
    fn view(&self) -> Option<String> {
        None
    }

    /// Checks the state after all threads have ended; panics if it is wrong.
    fn check(&self) {}
}
