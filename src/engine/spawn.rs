//! Threads that tests of the engines start, and wait for, without a call to the system.

use super::call::{self, NewThread};
use super::yield_reason::YieldReason;
use super::{catch, current};
use crate::operation::ThreadId;

/// Starts a thread of the program; `None` if no run controls the calling thread, or it unwinds.
///
/// The thread belongs to the program like a declared one, and takes its first step, `start`, when
/// the schedule says so. Without a `name`, or if that is taken, the third thread that `parent`
/// starts is called `parent/3`.
pub(crate) fn spawn(name: Option<&str>, body: impl FnOnce() + Send + 'static) -> Option<ThreadId> {
    let new = NewThread {
        name,
        stack_size: None,
        has_prelude: false,
        body: Box::new(body),
    };
    let started = current::is_to_pause().then(|| call::spawn(new))?;
    Some(started.unwrap_or_else(|| catch::unwind()).thread)
}

/// Waits for the end of a thread that [`spawn`] has started in this execution. Going on is a step,
/// `join`, that is enabled once that thread has ended.
pub(crate) fn join(thread: ThreadId) {
    if current::is_to_pause() {
        current::pause(YieldReason::Join(thread));
    }
}
