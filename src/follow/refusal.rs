//! The errors of a schedule that does not fit a program: which step, and where each thread stands.

use itertools::Itertools as _;

use crate::engine::ThreadState;
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::schedule::Schedule;
use crate::search::Enabled;
use crate::standings;

/// Step `at` (from 0) names a thread that was not added.
pub(super) fn unknown_thread(schedule: &Schedule, at: usize, names: &[String]) -> Error {
    let step = &schedule.steps()[at];
    let known = names.iter().map(|name| format!("`{name}`")).format(", ");
    Error::new(
        ErrorKind::UnknownThread,
        format!(
            "{} names a thread that was not added: the threads are {known}{}",
            place(schedule, at),
            did_you_mean(step.thread(), names.iter().map(String::as_str)),
        ),
    )
}

/// Step `at` cannot be granted.
pub(super) fn diverged(schedule: &Schedule, at: usize, names: &[String], record: &Record) -> Error {
    let step = &schedule.steps()[at];
    let thread = names.iter().position(|name| name == step.thread());
    let stands = thread.map_or_else(String::new, |thread| standings::one(record.threads[thread]));
    let hint = did_you_mean_marker(step.marker(), record);
    Error::new(
        ErrorKind::Diverged,
        format!(
            "{} cannot be granted: `{}` {stands}{hint}{}",
            place(schedule, at),
            step.thread(),
            standings::describe(names, &record.threads, &record.wants),
        ),
    )
}

/// Every thread has ended, and steps are left from `at`.
pub(super) fn too_long(schedule: &Schedule, at: usize, names: &[String], record: &Record) -> Error {
    let left = schedule.len() - at;
    let hint = did_you_mean_marker(schedule.steps()[at].marker(), record);
    Error::new(
        ErrorKind::ScheduleTooLong,
        format!(
            "{} cannot be granted: every thread has ended, and {left} of {} steps are left{hint}{}",
            place(schedule, at),
            schedule.len(),
            standings::describe(names, &record.threads, &record.wants),
        ),
    )
}

/// An exact schedule is used up, and a thread is paused at a marker.
pub(super) fn used_up(
    schedule: &Schedule,
    names: &[String],
    ready: Enabled,
    has_steps: bool,
    record: &Record,
) -> Error {
    let site = ready.marker.site();
    let name = &names[ready.thread.index()];
    let steps = schedule.len();
    let (kind, why) = if has_steps {
        (
            ErrorKind::ScheduleUsedUp,
            format!("its {steps} steps are used up"),
        )
    } else {
        (
            ErrorKind::ThreadWithoutSteps,
            "it has no step for that thread".to_owned(),
        )
    };
    Error::new(
        kind,
        format!(
            "the schedule is not exact: {why}, and thread `{name}` is paused at {site}. \
             Add `{name}:{}` as step {}, or let the rest follow by itself with `new` instead of \
             `exact`{}",
            site.name(),
            steps + 1,
            standings::describe(names, &record.threads, &record.wants),
        ),
    )
}

fn place(schedule: &Schedule, at: usize) -> String {
    format!(
        "step {} of {}, `{}`,",
        at + 1,
        schedule.len(),
        schedule.steps()[at]
    )
}

/// A marker that was seen and is close to `marker`, which nobody has.
fn did_you_mean_marker(marker: &str, record: &Record) -> String {
    let taken = record.steps.iter().map(|taken| taken.marker);
    let ready = record
        .threads
        .iter()
        .filter_map(|standing| match standing.at {
            ThreadState::Marker(marker) | ThreadState::WaitingForLock(marker) => Some(marker),
            _ => None,
        });
    let mut seen = taken.chain(ready).map(|seen| seen.site().name());
    if seen.clone().contains(&marker) {
        return String::new();
    }
    match did_you_mean(marker, &mut seen) {
        hint if hint.is_empty() => format!("; no thread has reached a marker `{marker}`"),
        hint => hint,
    }
}

fn did_you_mean<'a>(name: &str, seen: impl Iterator<Item = &'a str>) -> String {
    let tolerance = name.chars().count() / 3;
    let distances = seen.map(|seen| (strsim::damerau_levenshtein(name, seen), seen));
    match distances.min() {
        Some((distance, seen)) if (1..=tolerance).contains(&distance) => {
            format!("; did you mean `{seen}`?")
        }
        _ => String::new(),
    }
}
