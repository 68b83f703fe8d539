//! Runs the schedules that are known before a search: the saved ones, or the one to replay.

use super::minimise;
use super::run_context::RunContext;
use super::search_outcome::{build_report, run_one};
use crate::error::{Error, ErrorKind};
use crate::follow::Followed;
use crate::report::{Failure, Minimal, Report, Reported, SavedRuns};
use crate::saved::{Store, journal_of, take_journal};
use crate::schedule::Schedule;
use crate::workers::FailingExecution;

/// Runs the saved schedules up to the first that still fails.
///
/// # Errors
///
/// If they cannot be read, or the engine cannot run them.
pub(super) fn retry(
    context: RunContext<'_>,
    store: &dyn Store,
) -> Result<(SavedRuns, Option<Failure>), Error> {
    let path = store.path().map(|path| journal_of(&path));
    let left = path.map(|path| take_journal(store, &path)).transpose()?;
    let mut schedules = store.load()?;
    if let Some(left) = left.flatten() {
        // First what has ended the last run.
        schedules.retain(|other| *other != left);
        schedules.insert(0, left);
    }
    let mut runs = SavedRuns::default();
    if schedules.is_empty() {
        return Ok((runs, None));
    }
    runs.place = store.place().unwrap_or_default();
    for schedule in schedules {
        let Followed { record, fits, .. } = context.follow(&schedule)?;
        match fits {
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default().to_owned();
                runs.stale.push((schedule, why));
            }
            Ok(()) if record.end.is_held() => runs.held.push(schedule),
            Ok(()) => {
                let found = FailingExecution {
                    index: 0,
                    record,
                    of_class: None,
                };
                let failure = describe(context, &found, &schedule, Minimal::Saved)?;
                runs.failing = Some(schedule);
                return Ok((runs, Some(failure)));
            }
        }
    }
    Ok((runs, None))
}

/// Runs only the schedule that `text` says.
///
/// # Errors
///
/// If the text is not a schedule, or the schedule does not fit the program.
pub(super) fn replay(context: RunContext<'_>, text: &str) -> Result<Report, Error> {
    let refused = |error: Error| {
        let text = format!("the environment variable `INTERLACE_REPLAY` is `{text}`: {error}");
        Error::new(ErrorKind::BadSetting, text)
    };
    let schedule: Schedule = text.parse().map_err(refused)?;
    let search = run_one(context, &schedule, refused)?;
    let failure = match &search.findings.failure {
        Some(found) => Some(describe(context, found, &schedule, Minimal::Given)?),
        None => None,
    };
    Ok(build_report(context, search, failure))
}

/// Describes a failure without shrinking it.
fn describe(
    context: RunContext<'_>,
    found: &FailingExecution,
    schedule: &Schedule,
    minimal: Minimal,
) -> Result<Failure, Error> {
    let record = found.record.clone();
    let best = Reported {
        forced: schedule.len().min(record.steps.len()),
        record,
        minimal,
        at_lines: None,
    };
    minimise::describe(context, found, &best)
}
