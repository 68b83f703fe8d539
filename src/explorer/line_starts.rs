//! The same failure with its threads stopped where lines of code begin, so that markers can stop them.
//!
//! The minimal schedule stops a thread as soon as may be, which often is within a line that calls another package. There
//! the thread goes on alone up to its next line of the workspace, and what comes after is tried from there.

use super::run_context::RunContext;
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::follow::Followed;
use crate::report::{next_line_begun, taken_within_lines};
use crate::schedule::{Schedule, Step};

/// Each takes two executions.
const MAX_TRIES: usize = 8;

/// The failing execution in which threads are stopped a little later, with the number of its forced steps. None if
/// that is not needed, or does not fail alike.
///
/// # Errors
///
/// If something goes wrong inside of interlace.
pub(super) fn at_line_starts(
    context: RunContext<'_>,
    failing: &Record,
    forced: usize,
) -> Result<Option<(Record, usize)>, Error> {
    let (mut record, mut forced) = (failing.clone(), forced);
    let (mut has_moved, mut left) = (false, 0);
    for _ in 0..MAX_TRIES {
        let (columns, lines) = record.columns(forced);
        let Some(at) = taken_within_lines(&columns, &lines).get(left).copied() else {
            break;
        };
        match later(context, &record, forced, at) {
            Ok(Some(moved)) => {
                (record, forced) = moved;
                has_moved = true;
            }
            Err(error) if error.kind() == ErrorKind::Internal => return Err(error),
            Ok(None) | Err(_) => left += 1,
        }
    }
    Ok(has_moved.then_some((record, forced)))
}

/// The same failure, if there is one when the thread from which the turn is taken at this step keeps it until it
/// begins another line.
fn later(
    context: RunContext<'_>,
    failing: &Record,
    forced: usize,
    at: usize,
) -> Result<Option<(Record, usize)>, Error> {
    let schedule = failing.schedule(forced);
    let (before, after) = schedule.steps().split_at(at);
    let Some(thread) = before.last().map(Step::thread) else {
        return Ok(None);
    };
    let alone = context.follow(&before.iter().cloned().collect())?.record;
    let (columns, lines) = alone.columns(at);
    let goes_on = columns
        .steps
        .get(at)
        .is_some_and(|step| step.thread() == thread);
    let next = next_line_begun(&columns, &lines, at).filter(|next| goes_on && *next > at);
    let Some(next) = next else {
        return Ok(None);
    };
    let mut earlier = next - at;
    let rest = after.iter().filter(|step| {
        let is_taken = step.thread() == thread && earlier > 0;
        earlier -= usize::from(is_taken);
        !is_taken
    });
    let until = alone.schedule(next);
    let schedule: Schedule = until.steps().iter().chain(rest).cloned().collect();
    let Followed { record, fits, .. } = context.follow(&schedule)?;
    let is_alike = fits.is_ok() && record.is_like(failing);
    Ok(is_alike.then(|| (record, schedule.len())))
}
