//! What is said of a program that behaves differently under the same schedule.

use itertools::Itertools as _;

use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::search::{Mismatch, Ready};
use crate::standings;

/// Shows what was ready at one point in an earlier execution and in this one.
pub(super) fn explain(mismatch: &Mismatch, record: &Record, names: &[String]) -> Error {
    let depth = mismatch.depth.min(record.steps.len());
    let prefix = record.schedule(names, depth);
    let after = match depth {
        0 => "before the first step".to_owned(),
        _ => format!("after `{prefix}`"),
    };
    let found = if mismatch.found.is_empty() {
        format!(
            "no thread is ready{}",
            standings::describe(names, &record.threads)
        )
    } else {
        list(&mismatch.found, names)
    };
    Error::new(
        ErrorKind::NonDeterministic,
        format!(
            "the program behaves differently under the same schedule: {after}\n  \
             before: {}\n  now:    {found}\n\
             The usual causes are the clock, randomness, the order of a hash map, and state that \
             is left over from one execution to the next (statics, thread-locals, files). \
             Make them part of the setup",
            list(&mismatch.expected, names),
        ),
    )
}

fn list(ready: &[Ready], names: &[String]) -> String {
    let one = |ready: &Ready| {
        format!(
            "{} at {:#}",
            names[ready.thread.index()],
            ready.marker.site()
        )
    };
    ready.iter().map(one).join(", ")
}
