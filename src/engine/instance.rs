//! An instance of a program, in which executions take place one after the other.

use crate::operation::ThreadId;

/// An instance of a [program](super::Program): the state that its threads share, made anew for each
/// execution, and the code that uses it. It hides the type of the state, so that engines are
/// compiled only once. Executions that follow each other in one instance allocate nothing for it.
///
/// All of this is the user's code, which may panic or never return. Only [`init`](Self::init) may
/// be called while there is no state.
pub(crate) trait ProgramInstance: Send + Sync {
    fn init(&mut self);

    fn drop_state(&mut self);

    /// Runs one thread to its end. Keep this call chain shallow: after a switch of stacks every
    /// return is mispredicted, so call straight into the user's code.
    fn run_thread(&self, thread: ThreadId);

    /// Returns the number of the first invariant that does not hold. Called whenever every thread
    /// is paused.
    fn check_invariants(&self) -> Option<usize> {
        None
    }

    /// Describes the state after all threads have ended, if the program asks for that.
    fn outcome(&self) -> Option<String> {
        None
    }

    /// Describes the state after all threads have ended, to be compared with serial orders, if the
    /// program asks for that.
    fn view(&self) -> Option<String> {
        None
    }

    /// Checks the state after all threads have ended; panics if it is wrong.
    fn check(&self) {}
}
