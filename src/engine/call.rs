//! What the program's calls to the system become: operations of the run that controls the calling
//! thread. All but [`is_controlled`] are for threads that a run controls.

#![allow(
    dead_code,
    unused_variables,
    clippy::needless_pass_by_value,
    reason = "being built"
)]

use std::time::Duration;

use super::current;
use crate::operation::{FileKind, SystemCall, ThreadId};

/// A wait of the calling thread in a queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The queue, named by an address: that of a futex, or of a lock.
    pub(crate) queue: usize,
    /// Who wakes with a mask that has no bit in common does not wake this thread.
    pub(crate) mask: u32,
    /// What the report names; `None` for a futex.
    pub(crate) call: Option<(SystemCall, FileKind)>,
    /// When the wait times out, in virtual time since the start of the execution.
    pub(crate) deadline: Option<Duration>,
    /// Whether the thread may unwind from here by leaving the frames above that cannot unwind, as
    /// those of std can be left.
    pub(crate) can_unwind: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WaitEnd {
    Woken,
    TimedOut,
    /// Nobody has woken it: a spurious wake-up.
    Spurious,
}

/// Whether a run controls the calling thread, and it runs the program's code.
#[inline]
pub(crate) fn is_controlled() -> bool {
    current::is_controlled()
}

/// Waits in a queue until woken. Does not return if the execution is over.
pub(crate) fn wait(wait: Wait) -> WaitEnd {
    todo!()
}

/// Wakes at most `count` of those that wait in `queue`, the first come first. Returns how many.
pub(crate) fn wake(queue: usize, count: usize, mask: u32) -> usize {
    todo!()
}

/// Wakes the first `wake` of those that wait in `from`, and moves the next `moved` to `to`. Returns
/// how many were woken, and how many moved.
pub(crate) fn requeue(from: usize, to: usize, wake: usize, moved: usize) -> (usize, usize) {
    todo!()
}

/// Lets others go first.
pub(crate) fn yield_now() {
    todo!()
}

/// Waits until the virtual clock has reached `deadline`.
pub(crate) fn sleep(deadline: Duration) {
    todo!()
}

/// The virtual time since the start of the execution. Each look moves it by a tick.
pub(crate) fn now() -> Duration {
    todo!()
}

/// Fills `bytes` from the seed of the execution.
pub(crate) fn random(bytes: &mut [u8]) {
    todo!()
}

/// Waits until `is_ready`, which is asked before each choice.
pub(crate) fn await_ready(
    call: (SystemCall, FileKind),
    deadline: Option<Duration>,
    is_ready: &mut dyn FnMut() -> bool,
) -> WaitEnd {
    todo!()
}

/// Starts a thread of the program, named by the program or after its parent. `body` is all that it
/// runs. Returns what `pthread_self` gives on it, too; `None` if the system gives no thread.
pub(crate) fn spawn(
    name: Option<&str>,
    body: Box<dyn FnOnce() + Send>,
) -> Option<(ThreadId, libc::pthread_t)> {
    todo!()
}

/// Names the calling thread, which has not reached a point yet if the standard library calls.
pub(crate) fn set_name(name: &str) {
    todo!()
}

/// Waits for the end of a thread that was started in this execution.
pub(crate) fn join(thread: ThreadId) {
    todo!()
}
