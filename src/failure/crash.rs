//! Executions in which the process died.

use std::fmt;
use std::sync::Arc;

use crate::getters::getters;

/// The process died in a step of a thread, when the execution was run in a process of its own
/// ([`isolate`](crate::Explorer::isolate)).
///
/// ```no_run
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("t", |()| { marker!("x"); std::process::abort() })
///     .isolate(true)
///     .explore();
/// let FailureKind::Crash(crash) = report.assert_fails().kind() else {
///     panic!("the process lives");
/// };
/// assert_eq!((crash.thread(), crash.by(), crash.address()), ("t", "SIGABRT", None));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crash {
    pub(crate) thread: Arc<str>,
    pub(crate) by: String,
    pub(crate) address: Option<u64>,
}

getters! { Crash {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns what ended the process: a signal, as `SIGSEGV`, or a call and its status.
    by: &str,
    /// Returns the address that could not be accessed, or of the instruction that could not be executed,
    /// if a signal says so. It may be another in the next run.
    address: copy Option<u64>,
} }

impl Crash {
    /// Whether `other` is the same failure, in whichever thread.
    pub(crate) fn is_like(&self, other: &Crash) -> bool {
        self.by == other.by
    }
}

impl fmt::Display for Crash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Crash {
            thread,
            by,
            address,
        } = self;
        write!(f, "thread `{thread}` crashed the process: {by}")?;
        address.map_or(Ok(()), |address| write!(f, " at address {address:#x}"))
    }
}
