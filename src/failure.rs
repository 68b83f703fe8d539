//! How executions fail, as values and in words.

mod activity;
mod conflict;
mod crash;
mod cycles;
mod data_race;
mod livelock;
mod marker_site;
mod not_linearizable;
mod oracles;
pub(crate) mod panic;
mod panics;
mod position;
mod serial;
mod stuck;
mod time_out;
mod value_or_text;

use std::fmt;

pub use crate::operation::{AccessKind, WaitSite};
pub use crate::races::{AccessType, MemoryOrder};
pub use activity::Activity;
pub(crate) use conflict::Conflicts;
pub use conflict::{Conflict, ConflictingStep};
pub use crash::Crash;
#[cfg(feature = "json")]
pub(crate) use data_race::RaceDetails;
pub use data_race::{DataRace, PassedValue, RacingAccess};
pub use livelock::{Livelock, RepeatedRead};
pub use marker_site::MarkerSite;
pub use not_linearizable::{HistoryCall, NotLinearizable, OrderWanted};
pub use oracles::{InvariantViolation, NotSerializable, OutcomeNotAllowed};
pub use panic::Panic;
pub(crate) use panics::EarlierPanics;
pub use panics::{Hook, HookPanic, ThreadPanic};
pub(crate) use position::Positions;
pub use position::{AwaitedLock, ThreadPosition};
pub use serial::SerialOrder;
pub(crate) use serial::SerialViews;
pub use stuck::{Deadlock, StepLimit};
pub use time_out::TimeOut;
pub(crate) use time_out::Unfinished;
pub(crate) use value_or_text::ValueOrText;

use crate::error::{Error, ErrorKind};
use crate::look::Look;

/// How an execution failed. Its `Display` says what failed, where, and where each thread stood
/// if that matters.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("thread1", |()| marker!("hello"))
///     .check(|()| panic!("never right"))
///     .explore();
/// let FailureKind::Check(panic) = report.assert_fails().kind() else {
///     panic!("not the check");
/// };
/// assert_eq!(panic.message(), "never right");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// A thread or task panicked.
    Panic(ThreadPanic),
    /// The setup, the outcome, the view or the destructor of the state panicked.
    PanicInHook(HookPanic),
    /// A check panicked.
    Check(Panic),
    /// The outcome is not one that [`allow_outcomes`](crate::Explorer::allow_outcomes) names.
    OutcomeNotAllowed(OutcomeNotAllowed),
    /// The [`serializable`](crate::Explorer::serializable) view is not that of any serial order of
    /// the threads.
    NotSerializable(NotSerializable),
    /// No order of the operations of a [`History`](crate::linear::History) explains what they returned.
    NotLinearizable(NotLinearizable),
    /// An invariant was false.
    Invariant(InvariantViolation),
    /// An invariant panicked.
    InvariantPanic(Panic),
    /// No thread could go on, and at least one had not ended.
    Deadlock(Deadlock),
    /// No thread could go on, and at least one was in a loop that waits for others.
    Livelock(Livelock),
    /// Two accesses to the same memory were not ordered.
    DataRace(DataRace),
    /// The execution reached the step limit before its end.
    StepLimit(StepLimit),
    /// The execution did not end in time.
    TimeOut(TimeOut),
    /// A step ended the process in which it was taken first: only where the search is
    /// [isolated](crate::Explorer::isolate).
    Crash(Crash),
    /// The schedule to replay does not fit the program, or there was nothing to run.
    Diverged(Error),
}

impl FailureKind {
    /// The failure that stands for an engine's error: the execution could not be run, or not to its
    /// end.
    pub(crate) fn of_error(error: Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut => {
                FailureKind::TimeOut(TimeOut(Unfinished::Text(error.to_string())))
            }
            _ => FailureKind::Diverged(error),
        }
    }

    /// The failure that a panic stands for: that of an assertion of this library, or `other` than that.
    pub(crate) fn of_panic(mut panic: Panic, other: impl FnOnce(Panic) -> Self) -> Self {
        match panic.details.not_linearizable.take() {
            Some(failure) => FailureKind::NotLinearizable(failure),
            None => other(panic),
        }
    }

    /// Whether no thread could go on.
    pub(crate) fn is_stuck(&self) -> bool {
        matches!(self, FailureKind::Deadlock(_) | FailureKind::Livelock(_))
    }

    /// Whether the clock cut the execution short.
    pub(crate) fn is_timed_out(&self) -> bool {
        matches!(self, FailureKind::TimeOut(_))
    }

    /// Whether `other` is the same failure, whatever the thread and the values in it.
    pub(crate) fn is_like(&self, other: &FailureKind) -> bool {
        match (self, other) {
            (FailureKind::Panic(here), FailureKind::Panic(there)) => {
                here.panic.is_like(&there.panic)
            }
            (FailureKind::PanicInHook(here), FailureKind::PanicInHook(there)) => {
                here.hook == there.hook && here.panic.is_like(&there.panic)
            }
            (FailureKind::Check(here), FailureKind::Check(there))
            | (FailureKind::InvariantPanic(here), FailureKind::InvariantPanic(there)) => {
                here.is_like(there)
            }
            (FailureKind::Invariant(here), FailureKind::Invariant(there)) => here == there,
            (FailureKind::Crash(here), FailureKind::Crash(there)) => here.is_like(there),
            (FailureKind::DataRace(here), FailureKind::DataRace(there)) => here.is_like(there),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl FailureKind {
    /// Its text for `look`.
    pub(crate) fn told(&self, look: Look) -> String {
        let mut text = String::new();
        match self {
            FailureKind::NotLinearizable(history) if look.wraps => {
                history.write(&mut text, look.width).expect("a text grows");
            }
            kind => text = kind.to_string(),
        }
        look.kind(&text)
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureKind::Panic(panic) => panic.fmt(f),
            FailureKind::PanicInHook(panic) => panic.fmt(f),
            FailureKind::Check(panic) => write!(f, "the check failed: {panic}"),
            FailureKind::OutcomeNotAllowed(outcome) => outcome.fmt(f),
            FailureKind::NotSerializable(view) => view.fmt(f),
            FailureKind::NotLinearizable(history) => history.fmt(f),
            FailureKind::Invariant(violation) => violation.fmt(f),
            FailureKind::InvariantPanic(panic) => write!(f, "an invariant panicked: {panic}"),
            FailureKind::Deadlock(deadlock) => deadlock.fmt(f),
            FailureKind::Livelock(livelock) => livelock.fmt(f),
            FailureKind::DataRace(race) => race.fmt(f),
            FailureKind::StepLimit(limit) => limit.fmt(f),
            FailureKind::TimeOut(time_out) => time_out.fmt(f),
            FailureKind::Crash(crash) => crash.fmt(f),
            FailureKind::Diverged(error) => error.fmt(f),
        }
    }
}
