//! From where the steps of one execution are taken: the functions that their threads are in.
//!
//! A stack is looked at when its thread stops before a step. That takes microseconds, so only executions that are
//! to be shown have this.

#[cfg(interlace)]
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::operation::ThreadId;

/// The functions that a thread was in when it stopped before a step.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]
pub(crate) struct CallStack {
    pub(crate) thread: ThreadId,
    /// The number of the step among those of the thread, from 0.
    pub(crate) step: usize,
    /// Where their calls return to, innermost first.
    pub(crate) returns_to: Box<[usize]>,
}

/// How many runs note the stacks of their threads.
#[cfg(interlace)]
static NOTING: AtomicUsize = AtomicUsize::new(0);

/// While it is there, threads whose run [asks for it](super::EngineOptions::notes_stacks) note their stacks.
#[derive(Debug)]
pub(crate) struct Noting(());

impl Noting {
    pub(crate) fn begin() -> Self {
        #[cfg(interlace)]
        NOTING.fetch_add(1, Ordering::Relaxed);
        Noting(())
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        #[cfg(interlace)]
        NOTING.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether any run does.
#[cfg(interlace)]
#[inline]
pub(super) fn are_noted() -> bool {
    NOTING.load(Ordering::Relaxed) > 0
}

impl CallStack {
    /// That of the calling thread, which stops before its step of this number.
    #[cfg(interlace)]
    #[cold]
    pub(super) fn here(thread: ThreadId, step: usize) -> Self {
        /// Of a longer one, the innermost functions.
        const LONGEST: usize = 200;
        let mut returns_to = Vec::new();
        backtrace::trace(|frame| {
            returns_to.push(frame.ip().addr());
            returns_to.len() < LONGEST
        });
        let returns_to = returns_to.into_boxed_slice();
        CallStack {
            thread,
            step,
            returns_to,
        }
    }
}
