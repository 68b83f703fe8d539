//! How an execution failed.

use std::fmt;
use std::sync::Arc;

use itertools::Itertools as _;

use super::{Context, Record, stuck};
use crate::engine::{How, Panic};
use crate::error::{Error, ErrorKind};
use crate::oracle::{Breach, SerialOrder};
use crate::standings;

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
    Panic {
        /// The name of the thread.
        thread: String,
        /// What it said, and where.
        panic: Panic,
    },
    /// The setup, the outcome, the view or the destructor of the state panicked.
    PanicOutside {
        /// Which of them: `the setup`, `the outcome`, `the view` or `the destructor of the
        /// state`.
        place: &'static str,
        /// What it said, and where.
        panic: Panic,
    },
    /// A check panicked.
    Check(Panic),
    /// The outcome is none of those that [`allow_outcomes`](crate::Explorer::allow_outcomes) names.
    OutcomeNotAllowed {
        /// The `Debug` text of the outcome.
        outcome: String,
        /// The texts of those that are allowed, in the order in which they were given.
        allowed: Vec<String>,
    },
    /// What [`serializable`](crate::Explorer::serializable) looks at is as no serial order of the
    /// threads leaves it.
    NotSerializable {
        /// Its `Debug` text.
        view: String,
        /// The serial orders with the nearest views, at most three, the nearest first. None if no
        /// serial order comes to its end without a failure.
        nearest: Vec<SerialOrder>,
    },
    /// An invariant was false.
    Invariant {
        /// The name of the invariant.
        name: String,
    },
    /// An invariant panicked.
    InvariantPanic(Panic),
    /// No thread could go on, and at least one had not ended.
    Deadlock {
        /// Where each thread stood, who acquired last what it waits for, and who waits for each
        /// other in a cycle, as far as markers tell what they [acquire](crate::Acquire).
        threads: String,
    },
    /// The execution took as many steps as it may have, and was not at its end.
    StepLimit {
        /// The limit.
        max_steps: usize,
        /// Which markers the last steps passed, by whom and how often: one line for each.
        rounds: String,
        /// Where each thread stood.
        threads: String,
    },
    /// The execution did not end in time.
    TimeOut {
        /// What it was busy with, and where each thread stood.
        text: String,
    },
    /// The schedule to replay does not fit the program, or there was nothing to run.
    Diverged(Error),
}

/// How many serial orders are shown beside what is none of theirs.
const NEAREST: usize = 3;

impl FailureKind {
    /// What keeps an engine from running an execution to its end, or from running it at all.
    pub(super) fn of_error(error: Error) -> Self {
        match error.kind() {
            ErrorKind::TimedOut => FailureKind::TimeOut {
                text: error.to_string(),
            },
            _ => FailureKind::Diverged(error),
        }
    }

    fn of_breach(breach: Breach, names: &[Arc<str>]) -> Self {
        match breach {
            Breach::NotAllowed { outcome, allowed } => FailureKind::OutcomeNotAllowed {
                outcome,
                allowed: allowed.to_vec(),
            },
            Breach::NotSerializable { view, serial } => FailureKind::NotSerializable {
                nearest: serial.nearest(&view, NEAREST, names),
                view,
            },
        }
    }

    pub(crate) fn of(record: &Record, context: Context<'_>) -> Option<Self> {
        let threads = || standings::describe(&record.names, &record.threads, &record.blocked_on);
        Some(match record.how.clone() {
            How::Held | How::Pruned => return None,
            How::Panicked(thread, panic) => {
                let thread = record.names[thread.index()].to_string();
                FailureKind::Panic { thread, panic }
            }
            How::PanickedIn(phase, panic) => FailureKind::PanicOutside {
                place: phase.place(),
                panic,
            },
            How::CheckFailed(panic) => FailureKind::Check(panic),
            How::Breached(breach) => FailureKind::of_breach(*breach, &record.names),
            How::InvariantViolated(number) => FailureKind::Invariant {
                name: context.invariants[number].clone(),
            },
            How::InvariantPanicked(panic) => FailureKind::InvariantPanic(panic),
            How::Deadlock => FailureKind::Deadlock {
                threads: threads()
                    + &standings::cycles(&record.names, &record.blocked_on)
                    + &stuck::hint(record, context),
            },
            How::StepLimit => {
                let max_steps = context.options.max_steps;
                FailureKind::StepLimit {
                    max_steps,
                    rounds: stuck::rounds(record),
                    threads: threads(),
                }
            }
            How::TimedOut(phase) => FailureKind::TimeOut {
                text: stuck::timed_out(phase, record, context),
            },
            How::NotWoken => FailureKind::TimeOut {
                text: stuck::not_woken(record, context),
            },
        })
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FailureKind::Panic { thread, panic } => {
                write!(f, "thread `{thread}` panicked: {panic}")
            }
            FailureKind::PanicOutside { place, panic } => write!(f, "{place} panicked: {panic}"),
            FailureKind::Check(panic) => write!(f, "the check failed: {panic}"),
            FailureKind::OutcomeNotAllowed { outcome, allowed } => {
                write!(f, "the outcome `{outcome}` is not allowed; allowed are:")?;
                allowed.iter().try_for_each(|it| write!(f, "\n  {it}"))
            }
            FailureKind::NotSerializable { view, nearest } => {
                write_not_serializable(f, view, nearest)
            }
            FailureKind::Invariant { name } => write!(f, "the invariant `{name}` does not hold"),
            FailureKind::InvariantPanic(panic) => write!(f, "an invariant panicked: {panic}"),
            FailureKind::Deadlock { threads } => {
                write!(f, "deadlock: no thread can go on{threads}")
            }
            FailureKind::StepLimit {
                max_steps,
                rounds,
                threads,
            } => write!(
                f,
                "step limit: the execution was not at its end after {max_steps} steps. If it is \
                 meant to be that long, raise `max_steps`{threads}{rounds}"
            ),
            FailureKind::TimeOut { text } => f.write_str(text),
            FailureKind::Diverged(error) => write!(f, "{error}"),
        }
    }
}

fn write_not_serializable(
    f: &mut fmt::Formatter<'_>,
    view: &str,
    nearest: &[SerialOrder],
) -> fmt::Result {
    write!(f, "not serializable: this execution gives\n  {view}\n")?;
    if nearest.is_empty() {
        return write!(
            f,
            "and no serial order of the threads ends without a failure"
        );
    }
    write!(f, "and no serial order of the threads does; the nearest:")?;
    nearest.iter().try_for_each(|order| {
        let threads = order.threads().iter().format(", then ");
        write!(f, "\n  {}  ({threads})", order.view())
    })
}
