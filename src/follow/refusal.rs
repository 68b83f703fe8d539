//! The errors of a schedule that does not fit a program: which step, and where each thread stands.

use itertools::Itertools as _;

use crate::error::{Error, ErrorKind};
use crate::execution::{Record, step};
use crate::operation::{OperationKind, Pending, ThreadState, ThreadStatus};
use crate::schedule::{Schedule, Step, StepKind};
use crate::site::MarkerId;

/// Step `at` (from 0) cannot be taken.
pub(super) fn diverged(schedule: &Schedule, at: usize, record: &Record) -> Error {
    let step = &schedule.steps()[at];
    let mut names = record.names.iter();
    let Some(thread) = names.position(|name| **name == *step.thread()) else {
        return unknown_thread(schedule, at, record);
    };
    let text = format!(
        "{} cannot be granted: `{}` {}{}{}{}{}{}",
        place(schedule, at),
        step.thread(),
        record.position(thread),
        what_to_take_out(record.threads[thread]),
        what_comes_first(step, record.threads[thread]),
        why_not_interrupted(step.kind()),
        did_you_mean_marker(step.marker(), record),
        record.positions(),
    );
    Error::new(ErrorKind::Diverged, text)
}

/// The step by which the thread goes on from its wait, if `step` is at a marker, and that comes first.
/// Schedules of former states of this library do not have it for tasks.
fn what_comes_first(step: &Step, status: ThreadStatus) -> String {
    let could_go_on = matches!(status.state, ThreadState::Woken | ThreadState::Unblocked(_));
    if !could_go_on || step.kind() != StepKind::Marker {
        return String::new();
    }
    let passed = status.passed.unwrap_or_else(MarkerId::start);
    let resume = Step::resume(step.thread(), passed.site().name());
    format!("; to go on from its wait is a step of its own, `{resume}`, which comes first")
}

/// What to do about a step of a thread that has come to its end.
fn what_to_take_out(status: ThreadStatus) -> &'static str {
    match status.state {
        ThreadState::Finished => TAKE_OUT,
        _ => "",
    }
}

const TAKE_OUT: &str =
    ". Take the steps out that are too many: what a schedule leaves out follows by itself";

/// What else may have kept a wait from being interrupted; empty for steps of another kind.
fn why_not_interrupted(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Timeout => {
            "; it does not wait, or its wait cannot time out now: it has no time-out, or another \
             thread has to go on first"
        }
        StepKind::Spurious => "; it does not wait, or does so where nobody wakes up by himself",
        StepKind::Cancel => {
            "; it is not pending at an await, or may not be cancelled: `cancellable` says which \
             tasks may be"
        }
        _ => "",
    }
}

/// Step `at` names an unknown thread.
fn unknown_thread(schedule: &Schedule, at: usize, record: &Record) -> Error {
    let step = &schedule.steps()[at];
    let names = || record.names.iter().map(|name| &**name);
    let known = names().map(|name| format!("`{name}`")).format(", ");
    let text = format!(
        "{} names a thread that was not added: the threads are {known}{}",
        place(schedule, at),
        did_you_mean(step.thread(), names()),
    );
    Error::new(ErrorKind::UnknownThread, text)
}

/// Every thread has ended, and steps are left from `at`.
pub(super) fn too_long(schedule: &Schedule, at: usize, record: &Record) -> Error {
    let text = format!(
        "{} cannot be granted: every thread has ended, and {} of {} steps are left{TAKE_OUT}{}{}",
        place(schedule, at),
        schedule.len() - at,
        schedule.len(),
        did_you_mean_marker(schedule.steps()[at].marker(), record),
        record.positions(),
    );
    Error::new(ErrorKind::ScheduleTooLong, text)
}

/// An exact schedule is used up, and a thread is enabled.
pub(super) fn used_up(
    schedule: &Schedule,
    pending: Pending,
    has_steps: bool,
    record: &Record,
) -> Error {
    let Pending { thread, operation } = pending;
    let name = &record.names[thread.index()];
    let stands = match operation.kind() {
        OperationKind::Marker => format!("is paused at {}", operation.name().site()),
        _ => record.position(thread.index()).to_string(),
    };
    let steps = schedule.len();
    let (kind, why) = if has_steps {
        let why = format!("its {steps} steps are used up");
        (ErrorKind::ScheduleUsedUp, why)
    } else {
        let why = "it has no step for that thread".to_owned();
        (ErrorKind::ThreadWithoutSteps, why)
    };
    let text = format!(
        "the schedule is not exact: {why}, and thread `{name}` {stands}. Add `{}` as step {}, or let \
         the rest follow by itself with `new` instead of `exact`{}",
        step(operation, name),
        steps + 1,
        record.positions(),
    );
    Error::new(kind, text)
}

fn place(schedule: &Schedule, at: usize) -> String {
    let (steps, step) = (schedule.len(), &schedule.steps()[at]);
    format!("step {} of {steps}, `{step}`,", at + 1)
}

/// Suggests a similar marker that was reached; empty if `marker` itself was.
fn did_you_mean_marker(marker: &str, record: &Record) -> String {
    let taken = record.steps.iter().map(|taken| taken.operation.name());
    let threads = record.threads.iter();
    let paused = threads.filter_map(|status| match status.state {
        ThreadState::Marker(marker) | ThreadState::WaitingForLock(marker) => Some(marker),
        _ => None,
    });
    let mut seen = taken.chain(paused).map(|seen| seen.site().name());
    if seen.clone().contains(&marker) {
        return String::new();
    }
    // So are called accesses, and no markers that people name.
    if cfg!(not(interlace)) && marker.contains('.') {
        return "; it looks like an access, which is a step only under `cargo interlace test`"
            .to_owned();
    }
    match did_you_mean(marker, &mut seen) {
        hint if hint.is_empty() => format!("; no thread has reached a marker `{marker}`"),
        hint => hint,
    }
}

fn did_you_mean<'a>(name: &str, seen: impl Iterator<Item = &'a str>) -> String {
    let tolerance = name.chars().count() / 3;
    let lower = name.to_lowercase();
    let distances = seen.map(|seen| {
        (
            strsim::damerau_levenshtein(&lower, &seen.to_lowercase()),
            seen,
        )
    });
    match distances.min() {
        Some((distance, seen)) if distance <= tolerance && seen != name => {
            format!("; did you mean `{seen}`?")
        }
        _ => String::new(),
    }
}
