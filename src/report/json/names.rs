//! The names of variants in JSON, where they differ from those elsewhere.

use super::node::{Json, Node};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::failure::Hook;
use crate::named::{Named, named};
use crate::operation::{FileKind, SystemCall};
use crate::timeline::StepKind;
use crate::verdict::Verdict;

macro_rules! names {
    ($($type:ident)*) => {
        $(impl Json for $type {
            fn write(&self) -> serde_json::Value {
                self.name().into()
            }

            fn read(node: &Node<'_>) -> Result<Self, Error> {
                $type::of_name(node.text()?).ok_or_else(|| node.unknown())
            }
        })*
    };
}

names! { Engine ErrorKind FileKind Hook StepKind SystemCall Verdict }

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
