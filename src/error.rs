//! The error type of the library.

use std::fmt;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use crate::named::named;

/// Why a run, a search or a parse did not succeed.
///
/// [`Display`](fmt::Display) says what was wrong, where, and what to do; [`kind`](Error::kind) is
/// for code that must distinguish errors.
///
/// ```
/// use interlace::{ErrorKind, Schedule};
///
/// let error = "thread1".parse::<Schedule>().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::BadSchedule);
/// ```
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    message: Box<str>,
    /// Only displayed, so a panic cannot leave it in a broken state.
    source: Option<Arc<AssertUnwindSafe<io::Error>>>,
}

named! {
    /// What sort of thing went wrong.
    ///
    /// ```
    /// use std::time::Duration;
    /// use interlace::{ErrorKind, TraceExecutor, schedule};
    ///
    /// let mut executor = TraceExecutor::new(schedule![thread2: read]);
    /// executor.run("thread1", || interlace::marker!("read"));
    /// let error = executor.wait(Duration::from_secs(5)).unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::UnknownThread);
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum ErrorKind {
        /// The text of a schedule does not parse.
        BadSchedule = "bad_schedule",
        /// The text of a strategy does not parse.
        BadStrategy = "bad_strategy",
        /// A number of schedules is larger than a `u128` holds.
        TooManySchedules = "too_many_schedules",
        /// A schedule is not one of those that the marker lists allow.
        NotOfTheseMarkers = "not_of_these_markers",
        /// No thread was added, so there is nothing to run.
        NoThreads = "no_threads",
        /// A thread was given an empty name.
        UnnamedThread = "unnamed_thread",
        /// Two threads were given the same name.
        DuplicateThread = "duplicate_thread",
        /// A step names a thread that was not added.
        UnknownThread = "unknown_thread",
        /// A step cannot be taken: its thread is not paused at its marker.
        Diverged = "diverged",
        /// Every thread has ended, but steps are left over.
        ScheduleTooLong = "schedule_too_long",
        /// A thread reached a marker when no step was left for any thread (exact schedules only).
        ScheduleUsedUp = "schedule_used_up",
        /// A thread reached a marker when no step was left for that thread (exact schedules only).
        ThreadWithoutSteps = "thread_without_steps",
        /// A thread panicked.
        Panicked = "panicked",
        /// No thread can go on: all that have not ended are waiting.
        Deadlock = "deadlock",
        /// The run took longer than its time-out.
        TimedOut = "timed_out",
        /// The operating system did not start a thread.
        NoOsThread = "no_os_thread",
        /// An execution failed in a check, an invariant, a thread, or another way.
        Failed = "failed",
        /// There are too many threads to run all their serial orders.
        TooManyThreads = "too_many_threads",
        /// The threads cannot be run one after the other in any order.
        NoSerialOrder = "no_serial_order",
        /// Outcomes are allowed, but nothing says what an outcome is.
        NoOutcome = "no_outcome",
        /// No thread reached a marker, so nothing was explored.
        NoMarkers = "no_markers",
        /// An environment variable `INTERLACE_…` has a bad value, or an unknown name.
        BadSetting = "bad_setting",
        /// The search could not be [isolated](crate::Explorer::isolate).
        NotIsolated = "not_isolated",
        /// The program behaved differently under the same schedule.
        NonDeterministic = "non_deterministic",
        /// The code at a marker touches more than the marker declares.
        WrongDeclaration = "wrong_declaration",
        /// The strategy `reduced` cannot tell which schedules are of one class.
        NotReducible = "not_reducible",
        /// Saved schedules cannot be read or written.
        BadSaved = "bad_saved",
        /// The text of a report does not parse, or its file cannot be written.
        BadReport = "bad_report",
        /// Reports to merge are not the parts of one search.
        NotOfOneSearch = "not_of_one_search",
        /// Something went wrong inside of interlace: please report it.
        Internal = "internal",
    }
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<Box<str>>) -> Self {
        Error {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Sets the error that this one comes from.
    #[cold]
    pub(crate) fn caused_by(self, source: io::Error) -> Self {
        let source = Some(Arc::new(AssertUnwindSafe(source)));
        Error { source, ..self }
    }

    /// Returns what sort of thing went wrong.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Shows the kind, then the message as people read it, since `unwrap` prints this form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.kind, self.message)
    }
}

/// Errors are equal if they say the same, whatever caused them.
impl PartialEq for Error {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.message == other.message
    }
}

impl Eq for Error {}

impl std::error::Error for Error {
    /// Returns the error of the system, if a file could not be read or written.
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let AssertUnwindSafe(source) = &**self.source.as_ref()?;
        Some(source)
    }
}
