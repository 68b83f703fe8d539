//! What one run did: its steps, and how it ended.

mod kind;
mod stuck;

use std::fmt;

pub use kind::FailureKind;

use crate::engine::{BlockedOn, EngineOptions, ExecutionResult, How, Program, ThreadStatus};
use crate::error::{Error, ErrorKind};
use crate::schedule::{Schedule, Step};
use crate::search;
use crate::search::Event;
use crate::timeline;

/// One execution, by ids: what an engine told of it.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) steps: Vec<Event>,
    /// Where the threads stood when it ended.
    pub(crate) threads: Vec<ThreadStatus>,
    /// What they were about to acquire then, and was not free.
    pub(crate) wants: Vec<BlockedOn>,
    pub(crate) how: How,
}

impl Record {
    pub(crate) fn of(ended: ExecutionResult<'_>) -> Self {
        Record {
            steps: ended.steps.to_vec(),
            threads: ended.threads.to_vec(),
            wants: ended.wants.to_vec(),
            how: ended.how.clone(),
        }
    }

    /// The first `length` steps, by name.
    pub(crate) fn schedule(&self, names: &[String], length: usize) -> Schedule {
        by_name(&self.steps[..length], names)
    }
}

fn by_name(steps: &[Event], names: &[String]) -> Schedule {
    let steps = steps.iter();
    steps
        .map(|taken| Step::new(&names[taken.thread.index()], taken.marker.site().name()))
        .collect()
}

/// What the ids of a program's executions stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) threads: &'a [String],
    pub(crate) invariants: &'a [String],
    pub(crate) limits: EngineOptions,
}

impl<'a> Names<'a> {
    pub(crate) fn of(program: &'a dyn Program, limits: EngineOptions) -> Self {
        Names {
            threads: program.threads(),
            invariants: program.invariants(),
            limits,
        }
    }
}

/// One execution: the steps it took, and how it ended.
///
/// [`Explorer::replay`](crate::Explorer::replay) gives one.
///
/// ```
/// use interlace::{Explorer, Schedule, marker};
///
/// let execution = Explorer::new(|| ())
///     .thread("thread1", |()| marker!("hello"))
///     .replay(&Schedule::default());
/// assert!(execution.is_ok());
/// assert_eq!(execution.steps()[0].marker(), "hello");
/// ```
#[derive(Debug, Clone)]
#[must_use = "an execution may have failed: ask `is_ok` or call `assert_ok`"]
pub struct Execution {
    schedule: Schedule,
    /// How many first steps do not follow by themselves.
    forced: usize,
    timeline: String,
    failure: Option<FailureKind>,
}

impl Execution {
    pub(crate) fn new(record: &Record, names: Names<'_>, forced: usize) -> Self {
        Execution {
            schedule: record.schedule(names.threads, record.steps.len()),
            forced: search::forced(&record.steps),
            timeline: timeline::draw(names.threads, &record.steps, forced),
            failure: FailureKind::of(record, names),
        }
    }

    /// An execution that could not be run as asked, or was not run at all.
    pub(crate) fn refused(steps: &[Event], names: &[String], error: Error) -> Self {
        Execution {
            schedule: by_name(steps, names),
            forced: search::forced(steps),
            timeline: timeline::draw(names, steps, steps.len()),
            failure: Some(FailureKind::of_error(error)),
        }
    }

    /// Returns every step that was taken, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        self.schedule.steps()
    }

    /// Returns the shortest schedule that gives this execution: what it leaves out follows the
    /// fixed order, in which the thread that ran last goes on until it ends or blocks, then the
    /// others in the order in which they were added.
    ///
    /// ```
    /// use interlace::{Explorer, marker, schedule};
    ///
    /// let body = |(): &()| { marker!("x"); marker!("y") };
    /// let explorer = || Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let execution = explorer().replay(&schedule![a: x, b: x, b: y]);
    /// assert_eq!(execution.steps().len(), 4);
    /// // After a:x and b:x, b goes on by itself, and a comes last.
    /// assert_eq!(execution.schedule(), schedule![a: x, b: x]);
    /// ```
    #[must_use]
    pub fn schedule(&self) -> Schedule {
        let forced = self.steps().iter().take(self.forced);
        forced.cloned().collect()
    }

    /// Returns whether every thread ended and every check held.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.failure.is_none()
    }

    /// Returns how the execution failed, if it did.
    #[must_use]
    pub fn failure_kind(&self) -> Option<&FailureKind> {
        self.failure.as_ref()
    }

    /// Returns nothing if the execution is all right; else an error that says what
    /// [`assert_ok`](Self::assert_ok) would, and which schedule to replay. For functions that
    /// return a `Result`, as the properties of proptest do.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Failed`] if it failed, and what kept it from being run if it was not.
    ///
    /// ```
    /// use interlace::{ErrorKind, Explorer, Schedule, marker};
    ///
    /// let execution = Explorer::new(|| ())
    ///     .thread("t", |()| { marker!("x"); panic!("out of luck") })
    ///     .replay(&Schedule::default());
    /// let error = execution.result().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Failed);
    /// assert!(error.to_string().contains("thread `t` panicked: out of luck"));
    /// ```
    pub fn result(&self) -> Result<(), Error> {
        match &self.failure {
            None => Ok(()),
            Some(FailureKind::Diverged(error)) => Err(error.clone()),
            Some(_) => Err(self.error()),
        }
    }

    #[cold]
    fn error(&self) -> Error {
        let again = self.schedule().to_rust();
        let text = format!("{self}\n\nto see it again: .replay(&interlace::{again})");
        Error::new(ErrorKind::Failed, text)
    }

    /// Does nothing if the execution is all right.
    ///
    /// # Panics
    ///
    /// If it failed, with the steps and the failure.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "{self}");
    }
}

/// The steps in columns, and how the execution ended.
impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            None => writeln!(f, "interlace: the execution held")?,
            Some(kind) => writeln!(f, "interlace: {kind}")?,
        }
        if self.schedule.is_empty() {
            return Ok(());
        }
        write!(f, "\n{}", self.timeline)
    }
}
