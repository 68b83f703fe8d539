//! Schedules that are known before a search: those that were saved, and the one to replay.

use std::sync::Arc;
use std::time::Instant;

use super::minimise;
use super::search_outcome::{SearchOutcome, build_report};
use crate::engine::{Engine, EngineOptions, How, Program};
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::follow::Follow;
use crate::report::{Call, Failure, Minimal, Report, SavedRuns};
use crate::saved::Store;
use crate::schedule::Schedule;
use crate::workers::{FailingExecution, Findings, StoppedBy};

/// A program, and what it is run by.
#[derive(Clone, Copy)]
pub(super) struct RunContext<'a> {
    pub(super) program: &'a Arc<dyn Program>,
    pub(super) engine: Engine,
    pub(super) limits: EngineOptions,
    pub(super) call: Call,
}

/// Runs the saved schedules, up to the first that still fails.
///
/// # Errors
///
/// If they cannot be read, or the engine cannot run them.
pub(super) fn retry(
    rig: RunContext<'_>,
    store: &dyn Store,
) -> Result<(SavedRuns, Option<Failure>), Error> {
    let schedules = store.load()?;
    let mut retried = SavedRuns::default();
    if schedules.is_empty() {
        return Ok((retried, None));
    }
    retried.place = store.place();
    for schedule in schedules {
        match rig.follow(&schedule)?.0 {
            Err(error) => {
                let why = error.to_string();
                let why = why.lines().next().unwrap_or_default().to_owned();
                retried.stale.push((schedule, why));
            }
            Ok(record) if record.how == How::Held => retried.held.push(schedule),
            Ok(record) => {
                let found = FailingExecution { index: 0, record };
                let failure = rig.describe(&found, &schedule, Minimal::Saved)?;
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
pub(super) fn replay(rig: RunContext<'_>, text: &str) -> Result<Report, Error> {
    let refused = |error: &Error| {
        let text = format!("the environment variable `INTERLACE_REPLAY` is `{text}`: {error}");
        Error::new(ErrorKind::BadSetting, text)
    };
    let schedule: Schedule = text.parse().map_err(|error| refused(&error))?;
    let began = Instant::now();
    let (followed, outcome) = rig.follow(&schedule)?;
    let record = followed.map_err(|error| refused(&error))?;
    let ran = SearchOutcome {
        findings: Findings::of_one(&record, outcome.as_deref()),
        stopped_by: StoppedBy::Replayed,
        elapsed: began.elapsed(),
    };
    let failure = match &ran.findings.failure {
        Some(found) => Some(rig.describe(found, &schedule, Minimal::Given)?),
        None => None,
    };
    Ok(build_report(
        rig.program,
        ran,
        failure,
        (rig.engine, rig.limits),
    ))
}

impl RunContext<'_> {
    /// One execution along `schedule`, or why it does not fit; and its outcome.
    pub(super) fn follow(
        self,
        schedule: &Schedule,
    ) -> Result<(Result<Record, Error>, Option<String>), Error> {
        let follow = match Follow::new(schedule.clone(), self.program.threads(), false) {
            Ok(follow) => follow,
            Err(error) => return Ok((Err(error), None)),
        };
        let mut follow = self.engine.direct(self.program, follow, self.limits)?;
        let outcome = follow.take_outcome();
        let (record, fits) = follow.finish();
        Ok((fits.map(|()| record), outcome))
    }

    fn describe(
        self,
        found: &FailingExecution,
        schedule: &Schedule,
        minimal: Minimal,
    ) -> Result<Failure, Error> {
        let RunContext {
            program,
            limits,
            call,
            ..
        } = self;
        let forced = schedule.len().min(found.record.steps.len());
        minimise::describe(program, found, &found.record, forced, minimal, limits, call)
    }
}
