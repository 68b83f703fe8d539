//! The error of a program that behaves differently under the same schedule.

use std::sync::Arc;

use itertools::Itertools as _;

use super::observation::Observation;
use super::run_context::RunContext;
use crate::engine::{Engine, EngineOptions, has_own_thread_locals};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::FailureKind;
use crate::operation::{OperationKind, Pending, forced};
use crate::search::Contradiction;
use crate::workers::Difference;

/// Shows which threads were ready at one point in an earlier execution and in this one.
pub(super) fn explain(
    contradiction: &Contradiction,
    record: &Record,
    context: RunContext<'_>,
) -> Error {
    let both = [
        list(&contradiction.expected, &record.names),
        found(&contradiction.found, record),
    ];
    let place = place(contradiction.depth, record);
    tell(&place, &both, &failure(record), context)
}

/// Shows how an execution was, and how it was when it was run once more.
pub(super) fn explain_repeat(difference: &Difference, context: RunContext<'_>) -> Error {
    let (before, now) = (&difference.before.record, &difference.now.record);
    let mut notes = String::new();
    let (place, both) = match difference.stray() {
        Some(stray) => {
            if !before.is_like(now) {
                notes = failure(now);
            }
            let both = [taken(before, stray.depth), found(&stray.found, now)];
            (place(stray.depth, now), both)
        }
        None => (along(before), what_differs(difference)),
    };
    if difference.has_settled {
        notes.push_str(SETTLED);
    }
    tell(&place, &both, &notes, context)
}

/// The error: where, what was before and what is now, and what else there is to say.
fn tell(place: &str, both: &[String; 2], notes: &str, context: RunContext<'_>) -> Error {
    let [before, now] = both;
    let about = about_thread_locals(context.engine, context.options);
    let text = format!(
        "the program behaves differently under the same schedule: {place}\n  \
         before: {before}\n  now:    {now}\n{notes}{CAUSES}{about}{REMEDY}"
    );
    Error::new(ErrorKind::NonDeterministic, text)
}

/// The step of this number, and what led there.
fn place(depth: usize, record: &Record) -> String {
    let depth = depth.min(record.steps.len());
    match depth {
        0 => "at step 1, before the first step".to_owned(),
        _ => format!("at step {}, after `{}`", depth + 1, record.schedule(depth)),
    }
}

/// The schedule of an execution with all its steps.
fn along(record: &Record) -> String {
    match record.schedule(forced(&record.steps)) {
        schedule if schedule.is_empty() => "along the empty one".to_owned(),
        schedule => format!("along `{schedule}`"),
    }
}

/// What can be done next.
fn found(pending: &[Pending], record: &Record) -> String {
    match pending {
        [] => format!("no thread is ready{}", record.positions()),
        _ => list(pending, &record.names),
    }
}

/// What was done next when the first steps were taken.
fn taken(record: &Record, depth: usize) -> String {
    let Some(event) = record.steps.get(depth) else {
        return found(&[], record);
    };
    let step = list(&[event.pending()], &record.names);
    match event.enabled_count {
        0 | 1 => format!("{step}, the only one that was ready"),
        count => format!("{step}, one of {count} that were ready"),
    }
}

/// What differs in executions with the same steps.
fn what_differs(difference: &Difference) -> [String; 2] {
    let both = [&difference.before, &difference.now];
    let [before, now] = both.map(|it| Observation::new(it.result(), None, None));
    before.difference(&now).unwrap_or_else(|| {
        both.map(|it| match it.record.panics.to_string() {
            none if none.is_empty() => "no other thread panics".to_owned(),
            panics => panics.trim_end().to_owned(),
        })
    })
}

const SETTLED: &str = "Run four times more, it was as now each time: so something may be left over from earlier executions, unless \
    it was by chance that it was another before\n";

/// How the execution failed, if it did: that may be the only difference.
fn failure(record: &Record) -> String {
    match record.failure() {
        // Where the threads stand has been shown already.
        None | Some(FailureKind::Deadlock(_)) => String::new(),
        Some(kind) => format!("and it fails: {kind}\n"),
    }
}

const CAUSES: &str = "What usually causes this:\n\
    - the clock, or randomness\n\
    - the order of a `HashMap` or `HashSet` with a hasher that is seeded anew each time\n\
    - the order or the hash of addresses\n\
    - threads that are no part of the search, or wake-ups from outside of it\n\
    - what is left over from one execution to the next: statics, files, thread-locals";

const REMEDY: &str = "\nLet the setup make what differs, from fixed values";

/// A remark on thread-locals, as they are on this engine.
fn about_thread_locals(engine: Engine, options: EngineOptions) -> &'static str {
    match engine {
        Engine::Threads if options.fresh_threads => "",
        Engine::Threads => {
            " (the same OS threads run every execution, unless `fresh_threads(true)` asks for new \
             ones)"
        }
        Engine::Fibers if has_own_thread_locals() => "",
        Engine::Fibers => {
            " (on `Engine::Fibers` all threads share one OS thread and, here, its thread-locals; \
             `Engine::Threads` with `fresh_threads(true)` has new ones for each execution)"
        }
    }
}

fn list(pending: &[Pending], names: &[Arc<str>]) -> String {
    let one = |pending: &Pending| {
        // A thread that does not exist in this execution has no name in it.
        let name = names
            .get(pending.thread.index())
            .map_or("another thread", |name| name);
        let site = pending.operation.name().site();
        match pending.operation.kind() {
            OperationKind::Marker => format!("{name} at {site:#}"),
            OperationKind::Resume => format!("{name} going on after {site:#}"),
            OperationKind::Timeout => format!("{name} timing out after {site:#}"),
            OperationKind::Spurious => format!("{name} waking up by itself after {site:#}"),
            OperationKind::Cancel => format!("{name} being cancelled after {site:#}"),
            OperationKind::Start => format!("{name} at its start"),
            OperationKind::Join(other) => {
                // A thread that does not exist in this execution has no name in it.
                let other = names
                    .get(other.index())
                    .map_or("another thread", |name| name);
                format!("{name} after the end of {other}")
            }
        }
    };
    pending.iter().map(one).join(", ")
}
