//! What one run did: its steps, and how it ended.

mod code;
mod details;
mod locks;
mod single;

use std::fmt::{self, Write as _};
use std::panic::Location;
use std::sync::Arc;

pub(crate) use single::{Chooser, Single, run_single};

use crate::engine::{BlockedOn, CallStack, ExecutionEnd, ExecutionResult};
use crate::error::{Error, ErrorKind};
use crate::failure::{EarlierPanics, FailureKind, ThreadPanic, ValueOrText};
use crate::look::{Ink, Look};
use crate::must_use::MustUse;
use crate::operation::{self, Access, Event, Footprints, Operation, ThreadStatus, Trace};
use crate::schedule::{Schedule, Step};
use crate::terminal;
use crate::timeline::{CallLines, Columns, Drawn, Timeline};

/// One execution as an engine reported it, by ids, and the names of the threads.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) steps: Vec<Event>,
    accesses: Vec<Access>,
    pub(crate) names: Vec<Arc<str>>,
    /// Where the threads stood when it ended.
    pub(crate) threads: Vec<ThreadStatus>,
    /// The locks that they were about to acquire then, and that were not free.
    pub(crate) blocked_on: Vec<BlockedOn>,
    /// From where steps were taken, as far as that was noted.
    pub(crate) stacks: Vec<CallStack>,
    /// The panics of threads that the program has started, before the end.
    pub(crate) panics: EarlierPanics,
    pub(crate) end: ExecutionEnd,
}

impl Record {
    pub(crate) fn of(result: ExecutionResult<'_>) -> Self {
        Record {
            steps: result.trace.events.to_vec(),
            accesses: result.trace.accesses.to_vec(),
            names: result.names.to_vec(),
            threads: result.threads.to_vec(),
            blocked_on: result.blocked_on.to_vec(),
            stacks: result.stacks.to_vec(),
            panics: result.panics.clone(),
            end: result.end.clone(),
        }
    }

    /// The record as the engine reported it.
    pub(crate) fn result<'a>(&'a self, outcome: Option<&'a str>) -> ExecutionResult<'a> {
        ExecutionResult {
            trace: Trace {
                events: &self.steps,
                accesses: &self.accesses,
                repeated: 0,
                is_cut_short: self.end.is_timed_out(),
                has_aborted: false,
                conditional: None,
                threads: &self.threads,
                footprints: Footprints::NONE,
                identities: &[],
            },
            names: &self.names,
            threads: &self.threads,
            blocked_on: &self.blocked_on,
            stacks: &self.stacks,
            panics: &self.panics,
            end: &self.end,
            outcome,
        }
    }

    /// Whether both are the same failure.
    pub(crate) fn is_like(&self, other: &Record) -> bool {
        self.result(None).is_like(other.result(None))
    }

    /// The steps in columns. The schedule forces the first `forced`.
    pub(crate) fn timeline(&self, forced: usize) -> Timeline {
        Timeline(ValueOrText::Value(self.columns(forced).0))
    }

    /// The same, with the lines of code that have led to the steps.
    pub(crate) fn columns(&self, forced: usize) -> (Columns, CallLines) {
        let mut columns = Columns::of(&self.names, &self.steps, forced);
        let lines = self.add_code(&mut columns);
        self.add_locks(&mut columns);
        (columns, lines)
    }

    /// The first `length` steps, by name.
    pub(crate) fn schedule(&self, length: usize) -> Schedule {
        by_name(&self.steps[..length], &self.names)
    }
}

pub(crate) fn by_name(steps: &[Event], names: &[Arc<str>]) -> Schedule {
    let written = |event: &Event| step(event.operation, &names[event.thread.index()]);
    steps.iter().map(written).collect()
}

/// An operation as a schedule writes it, where its thread is called `name`.
pub(crate) fn step(operation: Operation, name: &str) -> Step {
    Step::of_kind(operation.step_kind(), name, operation.name().site().name())
}

/// One execution: the steps it took, and how it ended.
///
/// [`Explorer::replay`](crate::Explorer::replay) gives one. If it has failed, and nobody looks at it, it panics
/// when it is dropped: a failure that is forgotten would let a test pass.
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
    /// Every step.
    all: Schedule,
    forced: Schedule,
    timeline: Timeline,
    failure: Option<FailureKind>,
    panics: EarlierPanics,
    unread: MustUse,
    /// Where its page is, in a sentence.
    page: String,
}

impl Execution {
    pub(crate) fn new(record: &Record, forced: usize) -> Self {
        Self::with_failure(record, forced, record.failure())
    }

    /// An execution that was stopped where it could not go on as asked.
    pub(crate) fn stopped(record: &Record, error: Error) -> Self {
        let failure = FailureKind::of_error(error);
        Self::with_failure(record, record.steps.len(), Some(failure))
    }

    fn with_failure(record: &Record, forced: usize, failure: Option<FailureKind>) -> Self {
        Execution {
            all: record.schedule(record.steps.len()),
            forced: record.schedule(operation::forced(&record.steps)),
            timeline: record.timeline(forced),
            failure,
            panics: record.panics.clone(),
            unread: MustUse::default(),
            page: String::new(),
        }
    }

    /// The same, which says where its page is.
    pub(crate) fn with_page(self, page: String) -> Self {
        Execution { page, ..self }
    }

    /// An execution that was not run.
    pub(crate) fn refused(error: Error) -> Self {
        Execution {
            all: Schedule::default(),
            forced: Schedule::default(),
            timeline: Timeline::default(),
            failure: Some(FailureKind::of_error(error)),
            panics: EarlierPanics::default(),
            unread: MustUse::default(),
            page: String::new(),
        }
    }

    /// If it has failed, it panics when it is dropped before anybody has looked at it. It was run at `place`.
    pub(crate) fn must_be_read(mut self, place: &Location<'_>) -> Self {
        self.unread = self.failure.as_ref().map_or_else(MustUse::default, |kind| {
            MustUse::or_tell(format!(
                "interlace: the execution that was run at {place} has failed, and nobody has looked at it: call \
                 `assert_ok`\n\n{kind}"
            ))
        });
        self
    }

    fn looked_at(&self) -> &Self {
        self.unread.note_use();
        self
    }

    /// Returns every step that was taken, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        self.looked_at().all.steps()
    }

    /// Returns the shortest schedule that gives this execution. The steps it leaves out follow the
    /// fixed order: the thread that ran last goes on until it ends or blocks, then the others in
    /// the order in which they were added.
    ///
    /// ```
    /// use interlace::{Explorer, marker, schedule};
    ///
    /// let body = |(): &()| { marker!("x"); marker!("y") };
    /// let explorer = || Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let execution = explorer().replay(&schedule![a: x, b: x, b: y]);
    /// assert_eq!(execution.steps().len(), 4);
    /// // After a:x and b:x, b goes on by itself, and a comes last.
    /// assert_eq!(execution.schedule(), &schedule![a: x, b: x]);
    /// ```
    #[must_use]
    pub fn schedule(&self) -> &Schedule {
        &self.looked_at().forced
    }

    /// Returns every step that was taken, with the places of the markers in the source.
    #[must_use]
    pub fn timeline(&self) -> &Timeline {
        &self.looked_at().timeline
    }

    /// Returns whether every thread ended and every check held.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        self.looked_at().failure.is_none()
    }

    /// Returns how the execution failed, if it did.
    ///
    /// ```
    /// use interlace::{Explorer, FailureKind, marker, schedule};
    ///
    /// let execution = Explorer::new(|| ())
    ///     .thread("t", |()| marker!("x"))
    ///     .replay(&schedule![t: y]);
    /// assert!(matches!(execution.failure_kind(), Some(FailureKind::Diverged(_))));
    /// ```
    #[must_use]
    pub fn failure_kind(&self) -> Option<&FailureKind> {
        self.looked_at().failure.as_ref()
    }

    /// Returns the panics of threads that the program has started, as
    /// [`Failure::panics`](crate::Failure::panics) does. If the execution did not fail, nobody minded them.
    ///
    /// ```
    /// use interlace::{Explorer, Schedule, marker};
    ///
    /// let execution = Explorer::model(|| {
    ///     marker!("x");
    ///     let answer = std::thread::spawn(|| panic!("out of luck")).join();
    ///     assert!(answer.is_err());
    /// })
    /// .replay(&Schedule::default());
    /// assert!(execution.is_ok());
    /// assert_eq!(execution.panics()[0].panic().message(), "out of luck");
    /// ```
    #[must_use]
    pub fn panics(&self) -> &[ThreadPanic] {
        &self.looked_at().panics.0
    }

    pub(crate) fn earlier_panics(&self) -> &EarlierPanics {
        &self.panics
    }

    /// Returns an error if the execution failed, with the message of
    /// [`assert_ok`](Self::assert_ok) and the schedule to replay. For functions that return a
    /// `Result`, such as the properties of proptest.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Failed`] if it failed; another kind if it could not be run.
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
        match &self.looked_at().failure {
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

    /// Asserts that the execution did not fail.
    ///
    /// # Panics
    ///
    /// If it failed, with the steps and the failure.
    ///
    /// ```
    /// use interlace::{Explorer, marker, schedule};
    ///
    /// let body = |(): &()| { marker!("x"); marker!("y") };
    /// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// explorer.replay(&schedule![b: x, a: x]).assert_ok();
    /// ```
    #[track_caller]
    pub fn assert_ok(&self) {
        if !self.is_ok() {
            terminal::fail(|look| self.told(look));
        }
    }
}

/// The steps in columns, and how the execution ended.
impl fmt::Display for Execution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.looked_at().told(Look::PLAIN))
    }
}

impl Execution {
    fn told(&self, look: Look) -> String {
        let mut text = match &self.failure {
            None => "interlace: the execution held\n".to_owned(),
            Some(kind) => {
                let panics = look.prose(None, &self.panics.to_string());
                let label = look.paint(Ink::Failed, "interlace:");
                format!("{label} {}\n{panics}", kind.told(look))
            }
        };
        if !self.all.is_empty() {
            let _ = write!(text, "\n{}", Drawn(&self.timeline, look));
        }
        text + &look.prose(None, &self.page)
    }
}
