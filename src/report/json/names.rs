//! What the variants of enums are called in JSON. Once written, a name stays.

use crate::engine::Engine;
use crate::error::ErrorKind;
use crate::verdict::Verdict;

/// Something that has a name in JSON.
pub(super) trait Named: Sized + Copy + 'static {
    const ALL: &'static [Self];

    fn name(self) -> &'static str;

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.name() == name)
    }
}

/// A variant that is missing here does not compile.
macro_rules! named {
    ($type:ident: $($variant:ident = $name:literal),* $(,)?) => {
        impl Named for $type {
            const ALL: &'static [Self] = &[$($type::$variant),*];

            fn name(self) -> &'static str {
                match self {
                    $($type::$variant => $name),*
                }
            }
        }
    };
}

named! { Engine:
    Threads = "threads",
    Fibers = "fibers",
}

named! { Verdict:
    Held = "held",
    Panicked = "panicked",
    CheckFailed = "check_failed",
    OutcomeNotAllowed = "outcome_not_allowed",
    NotSerializable = "not_serializable",
    InvariantViolated = "invariant_violated",
    Deadlocked = "deadlocked",
    StepLimit = "step_limit",
    TimedOut = "timed_out",
    NonDeterministic = "non_deterministic",
}

named! { ErrorKind:
    BadSchedule = "bad_schedule",
    TooManySchedules = "too_many_schedules",
    NotOfTheseMarkers = "not_of_these_markers",
    NoThreads = "no_threads",
    DuplicateThread = "duplicate_thread",
    UnknownThread = "unknown_thread",
    Diverged = "diverged",
    ScheduleTooLong = "schedule_too_long",
    ScheduleUsedUp = "schedule_used_up",
    ThreadWithoutSteps = "thread_without_steps",
    Panicked = "panicked",
    Deadlock = "deadlock",
    TimedOut = "timed_out",
    NoOsThread = "no_os_thread",
    Failed = "failed",
    TooManyThreads = "too_many_threads",
    NoSerialOrder = "no_serial_order",
    NoOutcome = "no_outcome",
    NoMarkers = "no_markers",
    BadStrategy = "bad_strategy",
    BadSetting = "bad_setting",
    NonDeterministic = "non_deterministic",
    BadSaved = "bad_saved",
    BadReport = "bad_report",
    NotOfOneSearch = "not_of_one_search",
    Internal = "internal",
}
