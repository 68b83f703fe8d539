//! Who decides: begins executions, chooses at every point, and is told how each execution ended.

use std::any::Any;
use std::time::Duration;

use super::{BlockedOn, Panic, ThreadStatus};
use crate::oracle::Breach;
use crate::search::{Event, SchedulingPoint, ThreadId};

/// Steers an engine through executions.
pub(crate) trait Scheduler: Any + Send {
    /// Begins the next execution; false when there is none to run.
    fn begin(&mut self) -> bool;

    /// How many first steps of the execution that has begun are the same as in the one before.
    /// Nobody is asked for them again, unless the threads are not where they were.
    fn repeated(&self) -> usize {
        0
    }

    /// Returns the index in `point.ready` of the thread that goes next, or nothing to stop.
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize>;

    /// Learns how the execution ended.
    fn end(&mut self, ended: ExecutionResult<'_>);
}

/// The bounds of one execution.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EngineOptions {
    /// How long an execution may take, from its setup to its last check.
    pub(crate) timeout: Duration,
    /// How many steps an execution may have.
    pub(crate) max_steps: usize,
    /// How large the stack of a fiber is, in bytes.
    pub(crate) stack_size: usize,
    /// Whether something outside of the program wakes its tasks.
    pub(crate) external_wakers: bool,
    /// Whether each execution has OS threads of its own.
    pub(crate) fresh_threads: bool,
    /// How long a thread may sleep in a call before it counts as blocked, if it ever does.
    pub(crate) grace: Option<Duration>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        EngineOptions {
            timeout: Duration::from_secs(10),
            max_steps: 10_000,
            stack_size: 1 << 20,
            external_wakers: false,
            fresh_threads: false,
            grace: None,
        }
    }
}

/// One execution that ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ExecutionResult<'a> {
    pub(crate) steps: &'a [Event],
    /// Where each thread stood.
    pub(crate) threads: &'a [ThreadStatus],
    /// What they were about to acquire, and was not free.
    pub(crate) wants: &'a [BlockedOn],
    pub(crate) how: &'a How,
    pub(crate) outcome: Option<&'a str>,
}

impl ExecutionResult<'_> {
    /// Whether it held and nothing was said of its outcome.
    #[inline]
    pub(crate) fn is_plain(self) -> bool {
        matches!(self.how, How::Held) && self.outcome.is_none()
    }
}

/// How an execution ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum How {
    /// Every thread ended and every check held.
    Held,
    /// The director stopped it.
    Stopped,
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
