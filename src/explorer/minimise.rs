//! Shrinks a failing execution, and runs the result once more on fresh threads.

use std::time::Duration;

use super::conflicts::conflicts;
use super::line_starts::at_line_starts;
use super::run_context::RunContext;
use super::shrinking::{Budget, Shrinking};
use crate::engine::Engine;
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::report::{Failure, Minimal, Reported};
use crate::schedule::Schedule;
use crate::workers::FailingExecution;

const BUDGET: Budget = Budget {
    executions: 10_000,
    time: Some(Duration::from_secs(5)),
};

/// Shrinks a failing execution and describes it for the report.
///
/// # Errors
///
/// If something goes wrong inside of interlace.
pub(super) fn failure(
    context: RunContext<'_>,
    found: &FailingExecution,
    first_held: Option<&Schedule>,
) -> Result<Failure, Error> {
    let mut best = best(context, found)?;
    if best.minimal != Minimal::NotTried && keeps_state(context, first_held)? {
        best.minimal = Minimal::KeepsState;
    }
    describe(context, found, &best)
}

/// Whether the first schedule, which held, does not hold any more.
fn keeps_state(context: RunContext<'_>, first_held: Option<&Schedule>) -> Result<bool, Error> {
    let Some(schedule) = first_held else {
        return Ok(false);
    };
    let end = context.follow(schedule)?.record.end;
    Ok(end.failure().is_some() && !end.is_timed_out())
}

/// Searches for the smallest failure.
///
/// # Errors
///
/// If something goes wrong inside of interlace.
fn best(context: RunContext<'_>, found: &FailingExecution) -> Result<Reported, Error> {
    let as_found = || Reported {
        record: found.record.clone(),
        forced: found.record.steps.len(),
        minimal: Minimal::NotTried,
        at_lines: None,
    };
    if found.record.end.is_timed_out() {
        // Every try would take another time-out and leave another thread behind.
        return Ok(as_found());
    }
    let mut budget = BUDGET;
    if context.options.known_crashes.is_some() {
        // What is tried must not depend on the clock: another process has tried the same.
        budget.executions /= 10;
        budget.time = Some(Duration::from_secs(600));
    }
    let shrinking = match context.run(Shrinking::new(found.record.clone(), budget)) {
        Ok(shrinking) => shrinking,
        Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
        // A candidate may block the fibers although the failure did not: then the failure is
        // reported as found.
        Err(_) => return Ok(as_found()),
    };
    let executions = shrinking.executions;
    let minimal = match executions {
        _ if shrinking.is_proved() => Minimal::Proved { executions },
        0 => Minimal::NotTried,
        _ => Minimal::Budget { executions },
    };
    Ok(Reported {
        record: shrinking.best,
        forced: shrinking.forced,
        minimal,
        at_lines: None,
    })
}

/// Runs the forced steps of `best` once more on fresh threads, and describes it.
pub(super) fn describe(
    context: RunContext<'_>,
    found: &FailingExecution,
    best: &Reported,
) -> Result<Failure, Error> {
    let Reported { record, forced, .. } = best;
    let on_threads = RunContext {
        engine: Engine::Threads,
        ..context
    };
    let again = if record.end.is_timed_out() {
        None
    } else {
        Some(on_threads.follow(&record.schedule(*forced))?.record)
    };
    // A replay that times out says nothing about the program.
    let again = again.filter(|again| !again.end.is_timed_out());
    let takes_the_same_steps = |again: &Record| {
        let mut pairs = again.steps.iter().zip(&record.steps);
        again.steps.len() == record.steps.len() && pairs.all(|(one, other)| one.is_again(other))
    };
    let is_again = |again: &Record| again.is_like(record) && takes_the_same_steps(again);
    let reproduced = again.as_ref().map(is_again);
    let conflicts = conflicts(context, record)?;
    let mut best = best.clone();
    if let Some(again) = again.filter(is_again) {
        best.record.stacks = again.stacks;
        best.at_lines = at_line_starts(on_threads, &best.record, best.forced)?;
    }
    if let (Minimal::Proved { executions }, Some(false)) = (best.minimal, reproduced) {
        // What does not come to the same again proves nothing.
        best.minimal = Minimal::Budget { executions };
    }
    Ok(Failure::new(
        found,
        &best,
        reproduced,
        conflicts,
        context.call,
    ))
}
