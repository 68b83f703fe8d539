//! Threads that the program under test starts, and waits for.

use super::current;
use super::yield_reason::YieldReason;
use crate::operation::ThreadId;

/// Starts a thread of the program; `None` if no run controls the calling thread, or it unwinds.
///
/// The thread belongs to the program like a declared one, and takes its first step, `start`, when
/// the schedule says so. Without a `name`, or if that is taken, the third thread that `parent`
/// starts is called `parent/3`.
#[cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "called when the program's calls to the system come in"
    )
)]
pub(crate) fn spawn(name: Option<&str>, body: impl FnOnce() + Send + 'static) -> Option<ThreadId> {
    current::is_to_pause().then(|| current::spawn(name, Box::new(body)))?
}

/// Waits for the end of a thread that [`spawn`] has started in this execution. Going on is a step,
/// `join`, that is enabled once that thread has ended.
#[cfg_attr(
    not(test),
    allow(
        dead_code,
        reason = "called when the program's calls to the system come in"
    )
)]
pub(crate) fn join(thread: ThreadId) {
    if current::is_to_pause() {
        current::pause(YieldReason::Join(thread));
    }
}
