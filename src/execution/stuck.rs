//! What is said of an execution that did not come to its end.

use itertools::Itertools as _;

use super::{Context, Record};
use crate::engine::Phase;
use crate::operation::ThreadState;
use crate::operation::{Event, ThreadId};
use crate::site::MarkerId;
use crate::standings;

/// How many steps are looked at to tell what an execution goes round in.
const LAST_STEPS: usize = 100;

/// Which markers the last steps of an execution passed and how often, in the order in which they
/// were passed first, each line led by a line break.
pub(super) fn rounds(record: &Record) -> String {
    let steps = &record.steps[record.steps.len().saturating_sub(LAST_STEPS)..];
    if steps.is_empty() {
        return "\nno step passed a marker: a task was woken over and over".to_owned();
    }
    let step = |taken: &Event| (taken.thread, taken.operation.name);
    let counts = steps.iter().counts_by(step);
    let line = |(thread, marker): (ThreadId, MarkerId)| {
        let count = counts[&(thread, marker)];
        let name = &record.names[thread.index()];
        format!("\n  {count} times {name}:{}", marker.site())
    };
    let lines = steps.iter().map(step).unique().map(line).format("");
    format!("\nwhat the last {} steps passed:{lines}", steps.len())
}

/// What an execution was busy with when its time was up.
pub(super) fn timed_out(phase: Phase, record: &Record, context: Context<'_>) -> String {
    let timeout = context.options.timeout;
    if !matches!(phase, Phase::Threads | Phase::Unwinding) {
        let place = phase.place();
        return format!(
            "timed out: {place} had not come back after {timeout:?}. Its thread cannot be killed \
             and was left behind"
        );
    }
    let threads = standings::describe(&record.names, &record.threads, &record.blocked_on);
    format!(
        "timed out: a thread neither reached a marker nor ended when the execution had taken \
         {timeout:?}. It cannot be killed and was left behind. It may be in a loop, or wait for \
         something that a paused thread holds, be it a lock or a busy database{threads}"
    )
}

/// Nobody could go on, and nothing outside has woken a task.
pub(super) fn not_woken(record: &Record, context: Context<'_>) -> String {
    let timeout = context.options.timeout;
    let threads = standings::describe(&record.names, &record.threads, &record.blocked_on);
    format!(
        "timed out: no thread can go on, and nothing outside of the program has woken a task within \
         {timeout:?} of the beginning. Somebody still holds a waker of {}. If nothing outside is to \
         call it, this is a deadlock; if it takes longer, raise `timeout`{threads}",
        held(record),
    )
}

/// What there is to say of a deadlock in which something outside might yet wake a task.
pub(super) fn hint(record: &Record, context: Context<'_>) -> String {
    let held = held(record);
    if held.is_empty() || context.options.external_wakers {
        return String::new();
    }
    format!(
        "\nsomebody still holds a waker of {held}: if it is a thread or a runtime outside of this \
         program, say `external_wakers(true)`, and it is waited for"
    )
}

/// The waiting tasks of which somebody still holds a waker.
fn held(record: &Record) -> String {
    let both = record.names.iter().zip_eq(&record.threads);
    let waiting = both.filter(|(_, standing)| standing.state == ThreadState::Waiting);
    waiting.map(|(name, _)| format!("`{name}`")).join(", ")
}
