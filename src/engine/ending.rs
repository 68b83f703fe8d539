//! How executions end.

use std::sync::Arc;

use crate::failure::{FailureKind, Hook};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ExecutionEnd {
    /// Every thread ended and every check held.
    Held,
    /// The scheduler ended it.
    Pruned,
    /// It failed. Shared, so that an end is small and cheap to clone. Details that take long to
    /// gather are left out: `Record::failure` adds them.
    Failed(Arc<FailureKind>),
}

impl From<FailureKind> for ExecutionEnd {
    #[cold]
    fn from(kind: FailureKind) -> Self {
        ExecutionEnd::Failed(Arc::new(kind))
    }
}

impl ExecutionEnd {
    pub(crate) fn failure(&self) -> Option<&FailureKind> {
        match self {
            ExecutionEnd::Failed(kind) => Some(kind),
            ExecutionEnd::Held | ExecutionEnd::Pruned => None,
        }
    }

    #[inline]
    pub(crate) fn is_held(&self) -> bool {
        matches!(self, ExecutionEnd::Held)
    }

    pub(crate) fn is_timed_out(&self) -> bool {
        self.failure().is_some_and(FailureKind::is_timed_out)
    }

    /// Whether no thread could go on.
    pub(crate) fn is_stuck(&self) -> bool {
        self.failure().is_some_and(FailureKind::is_stuck)
    }

    /// Whether both are the same failure, in whichever thread and with whatever values.
    pub(crate) fn is_like(&self, other: &ExecutionEnd) -> bool {
        let both = self.failure().zip(other.failure());
        both.is_some_and(|(here, there)| here.is_like(there))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    SetUp,
    Threads,
    /// After a failure, the remaining threads are being unwound.
    Unwinding,
    Outcome,
    View,
    Check,
    DropState,
}

impl Phase {
    const ALL: [Phase; 7] = [
        Phase::SetUp,
        Phase::Threads,
        Phase::Unwinding,
        Phase::Outcome,
        Phase::View,
        Phase::Check,
        Phase::DropState,
    ];

    /// The number of no phase: that between executions.
    pub(super) const RESTING: u8 = u8::MAX;

    /// The phase of this number, if it is one.
    pub(super) fn of_number(number: u8) -> Option<Self> {
        Phase::ALL.get(usize::from(number)).copied()
    }

    /// The user's hook that runs in this phase, if one does.
    pub(crate) fn hook(self) -> Option<Hook> {
        match self {
            Phase::SetUp => Some(Hook::SetUp),
            Phase::Threads | Phase::Unwinding => None,
            Phase::Outcome => Some(Hook::Outcome),
            Phase::View => Some(Hook::View),
            Phase::Check => Some(Hook::Check),
            Phase::DropState => Some(Hook::DropState),
        }
    }
}
