//! Schedules that are known before a search: those that were saved, and the one to replay.

use std::sync::Arc;
use std::time::Instant;

use super::minimise;
use super::search_outcome::{SearchOutcome, build_report};
use crate::engine::{Engine, EngineOptions, Program};
use crate::error::{Error, ErrorKind};
use crate::follow::{Followed, follow};
use crate::report::{Call, Failure, Minimal, Report, SavedRuns};
use crate::saved::Store;
use crate::schedule::Schedule;
use crate::workers::{FailingExecution, Findings, StoppedBy};

/// A program, and what it is run by.
#[derive(Clone, Copy)]
pub(super) struct RunContext<'a> {
    pub(super) program: &'a Arc<dyn Program>,
    pub(super) engine: Engine,
    pub(super) options: EngineOptions,
    pub(super) call: Call,
}

/// Runs the saved schedules, up to the first that still fails.
///
/// # Errors
///
/// If they cannot be read, or the engine cannot run them.
pub(super) fn retry(
    context: RunContext<'_>,
    store: &dyn Store,
) -> Result<(SavedRuns, Option<Failure>), Error> {
    let schedules = store.load()?;
    let mut retried = SavedRuns::default();
    if schedules.is_empty() {
        return Ok((retried, None));
    }
    retried.place = store.place();
    for schedule in schedules {
        let Followed { record, fits, .. } = context.follow(&schedule)?;
        match fits {
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default().to_owned();
                retried.stale.push((schedule, why));
            }
            Ok(()) if record.end.is_held() => retried.held.push(schedule),
            Ok(()) => {
                let found = FailingExecution { index: 0, record };
                let failure = context.describe(&found, &schedule, Minimal::Saved)?;
                retried.failing = Some(schedule);
                return Ok((retried, Some(failure)));
            }
        }
    }
    Ok((retried, None))
}

/// Runs the one schedule of this text, and nothing else.
///
/// # Errors
///
/// If the text is no schedule, or the schedule does not fit the program.
pub(super) fn replay(context: RunContext<'_>, text: &str) -> Result<Report, Error> {
    let refused = |error: &Error| {
        let text = format!("the environment variable `INTERLACE_REPLAY` is `{text}`: {error}");
        Error::new(ErrorKind::BadSetting, text)
    };
    let schedule: Schedule = text.parse().map_err(|error| refused(&error))?;
    let began = Instant::now();
    let followed = context.follow(&schedule)?;
    followed.fits.as_ref().map_err(refused)?;
    let (record, outcome) = (followed.record, followed.outcome);
    let ran = SearchOutcome {
        findings: Findings::of_one(&record, outcome.as_deref()),
        stopped_by: StoppedBy::Replayed,
        elapsed: began.elapsed(),
    };
    let failure = match &ran.findings.failure {
        Some(found) => Some(context.describe(found, &schedule, Minimal::Given)?),
        None => None,
    };
    Ok(build_report(
        context.program,
        ran,
        failure,
        (context.engine, context.options),
    ))
}

impl RunContext<'_> {
    /// Runs one execution along `schedule`.
    pub(super) fn follow(self, schedule: &Schedule) -> Result<Followed, Error> {
        follow(self.engine, self.program, self.options, schedule, false)
    }

    fn describe(
        self,
        found: &FailingExecution,
        schedule: &Schedule,
        minimal: Minimal,
    ) -> Result<Failure, Error> {
        let RunContext {
            program,
            options,
            call,
            ..
        } = self;
        let forced = schedule.len().min(found.record.steps.len());
        minimise::describe(
            program,
            found,
            &found.record,
            forced,
            minimal,
            options,
            call,
        )
    }
}
