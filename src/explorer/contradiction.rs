//! What is said of a program that behaves differently under the same schedule.

use itertools::Itertools as _;

use crate::engine::{Engine, EngineOptions};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::search::{Enabled, Mismatch};
use crate::standings;

/// Shows what was ready at one point in an earlier execution and in this one.
pub(super) fn explain(
    mismatch: &Mismatch,
    record: &Record,
    names: &[String],
    (engine, limits): (Engine, EngineOptions),
) -> Error {
    let depth = mismatch.depth.min(record.steps.len());
    let prefix = record.schedule(names, depth);
    let after = match depth {
        0 => "before the first step".to_owned(),
        _ => format!("after `{prefix}`"),
    };
    let found = if mismatch.found.is_empty() {
        format!(
            "no thread is ready{}",
            standings::describe(names, &record.threads, &record.wants)
        )
    } else {
        list(&mismatch.found, names)
    };
    Error::new(
        ErrorKind::NonDeterministic,
        format!(
            "the program behaves differently under the same schedule: at step {}, {after}\n  \
             before: {}\n  now:    {found}\n\
             {CAUSES}{}{REMEDY}",
            depth + 1,
            list(&mismatch.expected, names),
            about_thread_locals(engine, limits),
        ),
    )
}

const CAUSES: &str = "What usually causes this:\n\
    - the clock, or randomness\n\
    - the order of a `HashMap` or `HashSet`, which std seeds anew each time\n\
    - the order or the hash of addresses\n\
    - threads that the program starts by itself, or wake-ups from outside of it\n\
    - what is left over from one execution to the next: statics, files, thread-locals";

const REMEDY: &str = "\nLet the setup make what differs, from fixed values";

/// What is to be said of thread-locals besides.
fn about_thread_locals(engine: Engine, limits: EngineOptions) -> &'static str {
    match engine {
        Engine::Threads if limits.fresh_threads => "",
        Engine::Threads => {
            " (the same OS threads run every execution, unless `fresh_threads(true)` asks for new \
             ones)"
        }
        Engine::Fibers => {
            " (on `Engine::Fibers` all threads share one OS thread and its thread-locals; \
             `Engine::Threads` with `fresh_threads(true)` has new ones for each execution)"
        }
    }
}

fn list(ready: &[Enabled], names: &[String]) -> String {
    let one = |ready: &Enabled| {
        format!(
            "{} at {:#}",
            names[ready.thread.index()],
            ready.marker.site()
        )
    };
    ready.iter().map(one).join(", ")
}
