//! The error of a program that behaves differently under the same schedule.

use std::sync::Arc;

use itertools::Itertools as _;

use super::run_context::RunContext;
use crate::engine::{Engine, EngineOptions, has_own_thread_locals};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::FailureKind;
use crate::operation::{OperationKind, Pending};
use crate::search::Contradiction;

/// Shows which threads were ready at one point in an earlier execution and in this one.
pub(super) fn explain(
    contradiction: &Contradiction,
    record: &Record,
    context: RunContext<'_>,
) -> Error {
    let depth = contradiction.depth.min(record.steps.len());
    let prefix = record.schedule(depth);
    let after = match depth {
        0 => "before the first step".to_owned(),
        _ => format!("after `{prefix}`"),
    };
    let found = if contradiction.found.is_empty() {
        format!("no thread is ready{}", record.positions())
    } else {
        list(&contradiction.found, &record.names)
    };
    let text = format!(
        "the program behaves differently under the same schedule: at step {}, {after}\n  \
             before: {}\n  now:    {found}\n\
             {}{CAUSES}{}{REMEDY}",
        depth + 1,
        list(&contradiction.expected, &record.names),
        failure(record),
        about_thread_locals(context.engine, context.options),
    );
    Error::new(ErrorKind::NonDeterministic, text)
}

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
    - the order of a `HashMap` or `HashSet`, which std seeds anew each time\n\
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
