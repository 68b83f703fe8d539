//! How executions end, by ids.

use super::Panic;
use crate::operation::ThreadId;
use crate::oracle::Breach;

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum How {
    /// Every thread ended and every check held.
    Held,
    /// The scheduler ended it.
    Pruned,
    /// A thread panicked.
    Panicked(ThreadId, Panic),
    /// The user's code outside of threads panicked.
    PanickedIn(Phase, Panic),
    /// The check panicked.
    CheckFailed(Panic),
    /// It ended in what it must not end in. In a box, so that an end is small.
    Breached(Box<Breach>),
    /// The invariant of this number was false.
    InvariantViolated(usize),
    /// An invariant panicked.
    InvariantPanicked(Panic),
    /// No thread could go on.
    Deadlock,
    /// The execution had as many steps as it may have, and was not at its end.
    StepLimit,
    /// The execution did not end in time.
    TimedOut(Phase),
    /// Nobody could go on, and nothing outside has woken a task in time.
    NotWoken,
}

impl How {
    /// Whether the clock cut the execution short.
    pub(crate) fn is_timed_out(&self) -> bool {
        matches!(self, How::TimedOut(_) | How::NotWoken)
    }

    /// Whether `other` is the same failure, in whichever thread and with whatever values.
    pub(crate) fn is_like(&self, other: &How) -> bool {
        match (self, other) {
            (How::Panicked(_, here), How::Panicked(_, there))
            | (How::CheckFailed(here), How::CheckFailed(there))
            | (How::InvariantPanicked(here), How::InvariantPanicked(there)) => here.is_like(there),
            (How::PanickedIn(phase, here), How::PanickedIn(other_phase, there)) => {
                phase == other_phase && here.is_like(there)
            }
            (How::Breached(here), How::Breached(there)) => here.is_like(there),
            _ => self == other,
        }
    }
}

/// What an execution is busy with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    SetUp,
    Threads,
    /// The threads that are left are being unwound after a failure.
    Unwinding,
    Outcome,
    View,
    Check,
    DropState,
}

impl Phase {
    /// Those that are not of a thread.
    #[cfg(feature = "json")]
    pub(crate) const OUTSIDE: [Phase; 5] = [
        Phase::SetUp,
        Phase::Outcome,
        Phase::View,
        Phase::Check,
        Phase::DropState,
    ];

    /// The part of the user's code that runs in this phase.
    pub(crate) fn place(self) -> &'static str {
        match self {
            Phase::SetUp => "the setup",
            Phase::Threads | Phase::Unwinding => "a thread",
            Phase::Outcome => "the outcome",
            Phase::View => "the view",
            Phase::Check => "the check",
            Phase::DropState => "the destructor of the state",
        }
    }
}
