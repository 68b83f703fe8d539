//! What the run that controls a thread does for it.

use std::task::Waker;

#[cfg(interlace)]
use super::access_begin::AccessBegin;
use super::baton::Grant;
#[cfg(interlace)]
use super::core::Reach;
use super::execution_core::ExecutionCore;
use super::flight_recorder::FlightRecorder;
use super::yield_reason::YieldReason;
use crate::error::Error;
use crate::operation::ThreadId;

/// What a thread that the program starts runs.
pub(super) type Body = Box<dyn FnOnce() + Send>;

/// A thread that the program is about to start.
pub(crate) struct NewThread<'a> {
    /// What the program calls it, if it does.
    pub(crate) name: Option<&'a str>,
    /// How many bytes its stack is to have, if the program says.
    pub(crate) stack_size: Option<usize>,
    /// Whether `body` begins at once, before the first step of the thread, and tells its name where
    /// that step begins.
    pub(crate) has_prelude: bool,
    pub(crate) body: Body,
}

/// A thread that the program has started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started {
    pub(crate) thread: ThreadId,
    /// What the system calls it: a `pthread_t`.
    pub(crate) handle: usize,
}

/// The run that controls a thread.
pub(crate) trait Controller {
    /// The calling thread yields its turn. An OS thread returns when it gets the turn again, or is
    /// to unwind. A fiber returns at once, with nothing, and must then
    /// [let go](super::fiber::Control::let_go) of the turn.
    fn pause(&self, reason: YieldReason) -> Option<Grant>;

    /// The calling thread stops before an access, and then tells what it has found. If it
    /// [pauses](AccessBegin::Pauses), the run may know by then who comes next.
    #[cfg(interlace)]
    fn arrive(&self, reach: &Reach) -> AccessBegin {
        let mut begin = AccessBegin::GoesOn;
        self.with_core(&mut |core, thread| begin = core.arrive(thread, reach));
        begin
    }

    /// The calling thread has made the access before which it has arrived, found `value` there, and `left`
    /// another or the same. Returns whether that is noted. Only if nothing is allocated for that, and nobody else
    /// is concerned: the calling thread is still controlled by the run.
    #[cfg(interlace)]
    fn note_at_once(&self, _value: u64, _left: u64) -> bool {
        false
    }

    /// As [`pause`](Self::pause), for a thread that has run ahead of its first step: the program
    /// calls it by `name`, if it does.
    fn introduce(&self, name: Option<&str>) -> Option<Grant>;

    /// Withdraws the question of the calling thread about a lock.
    fn withdraw(&self);

    /// The waker for the calling task in the current execution.
    fn waker(&self) -> Waker;

    /// Calls `body` with the execution and the calling thread.
    fn with_core(&self, body: &mut dyn FnMut(&mut ExecutionCore, ThreadId));
    /// Whether the calling task, which has just got its turn, is to be cancelled.
    fn is_cancelled(&self) -> bool;

    /// Waits until the threads that no run controls, and that have to do with the program, sleep.
    fn settle(&self);

    /// Other executions could notice what the calling thread is about to do.
    fn take_process_lock(&self);

    /// Starts a thread of the program.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    fn spawn(&self, new: NewThread<'_>) -> Result<Started, Error>;

    /// libc is about to ask which thread calls it. It knows threads by their thread-locals.
    ///
    /// # Errors
    ///
    /// If the calling thread shares them with others.
    fn identify(&self) -> Result<(), Error> {
        Ok(())
    }

    /// The calling thread can never go on, and cannot be unwound either. It is not scheduled again.
    fn leave(&self);

    /// Ends the search after a panic of this library in one of the methods above.
    fn fail(&self, fault: Error);

    /// What is told of the execution if the process dies.
    fn recorder(&self) -> Option<&'static FlightRecorder> {
        None
    }
}
