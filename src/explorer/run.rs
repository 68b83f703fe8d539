//! What an explorer does with its program, once the settings are known.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::surroundings::settle;
use super::{contradiction, minimise, serial};
use crate::engine::{Engine, Limits, Subject};
use crate::environment::Settings;
use crate::error::{Error, ErrorKind};
use crate::execution::{Execution, Names};
use crate::follow::Follow;
use crate::hunt::{Bounds, Findings, Outcome, StoppedBy, hunt};
use crate::oracle::Oracles;
use crate::program::check_names;
use crate::progress::{self, Goal, Watch};
use crate::report::{Call, Ending, Report, Sampled};
use crate::schedule::Schedule;

/// Searches, and shrinks the first failure.
pub(super) fn explore(
    program: &Arc<dyn Subject>,
    settings: Settings,
    limits: Limits,
    keeps_going: bool,
    call: Call,
) -> Result<Report, Error> {
    check_names(program.threads())?;
    let (settings, engine) = settle(settings, limits)?;
    serial::prepare(program, engine, limits)?;
    let strategy = settings.strategy.unwrap_or_default();
    let course = match strategy.course() {
        Ok(course) => course,
        Err(schedule) => return explore_one(program, engine, limits, schedule, call),
    };
    let bounds = Bounds {
        max_schedules: settings.max_schedules,
        time_limit: settings.time_limit,
        keeps_going,
        workers: settings.workers.unwrap_or_else(available_workers),
    };
    let seed = settings.seed.unwrap_or_default();
    let began = Instant::now();
    let watch = watch(bounds, settings.progress);
    let meter = watch.as_ref().map(Watch::meter);
    let draws = (course, seed);
    let (findings, stopped_by) = hunt(program, engine, limits, bounds, draws, meter.as_ref())?;
    drop(watch);
    let elapsed = began.elapsed();
    let uniform = findings.uniform;
    let ran = Ran {
        findings,
        stopped_by,
        elapsed,
    };
    let report = report(program, ran, engine, limits, call)?;
    let sampled = course.schedules().map(|_| Sampled {
        strategy,
        seed,
        uniform,
    });
    Ok(report.with_sampled(sampled))
}

/// Runs one execution along `schedule`, and shrinks its failure.
fn explore_one(
    program: &Arc<dyn Subject>,
    engine: Engine,
    limits: Limits,
    schedule: &Schedule,
    call: Call,
) -> Result<Report, Error> {
    let began = Instant::now();
    let follow = Follow::new(schedule.clone(), program.threads(), false)?;
    let mut follow = engine.direct(program, follow, limits)?;
    let outcome = follow.take_outcome();
    let (record, fits) = follow.finish();
    fits?;
    let ran = Ran {
        findings: Findings::of_one(&record, outcome),
        stopped_by: StoppedBy::Replayed,
        elapsed: began.elapsed(),
    };
    report(program, ran, engine, limits, call)
}

/// What a search has to tell.
pub(super) struct Ran {
    pub(super) findings: Findings,
    pub(super) stopped_by: StoppedBy,
    pub(super) elapsed: Duration,
}

/// Shrinks the first failure, and puts all together.
pub(super) fn report(
    program: &Arc<dyn Subject>,
    ran: Ran,
    engine: Engine,
    limits: Limits,
    call: Call,
) -> Result<Report, Error> {
    let Ran {
        findings,
        stopped_by,
        elapsed,
    } = ran;
    let failure = match &findings.failure {
        Some(found) => Some(minimise::failure(program, found, engine, limits, call)?),
        None => None,
    };
    let stopped_by = match (&findings.contradiction, stopped_by) {
        (Some((mismatch, record)), _) => {
            let around = (engine, limits);
            StoppedBy::Error(contradiction::explain(
                mismatch,
                record,
                program.threads(),
                around,
            ))
        }
        (None, StoppedBy::Exhausted | StoppedBy::Cases(_) | StoppedBy::Sampled(1..))
            if findings.steps == 0 && failure.is_none() =>
        {
            StoppedBy::Error(no_markers())
        }
        (None, stopped_by) => stopped_by,
    };
    let report = Report::new(
        findings.tally,
        endings(findings.outcomes, program),
        failure,
        stopped_by,
        elapsed,
        engine,
    );
    let allowed = program.oracles().map_or(&[][..], Oracles::allowed);
    Ok(report.with_allowed(allowed))
}

/// The outcomes, with the names that people know.
fn endings(
    outcomes: BTreeMap<String, Outcome>,
    program: &Arc<dyn Subject>,
) -> BTreeMap<String, Ending> {
    let named = |outcome: &Outcome| Ending {
        count: outcome.count,
        failing: outcome.failing,
        example: outcome.example(program.threads()),
    };
    let outcomes = outcomes.into_iter();
    outcomes
        .map(|(text, outcome)| (text, named(&outcome)))
        .collect()
}

/// Watches the search, if its progress is to be shown.
fn watch(bounds: Bounds, is_wanted: Option<bool>) -> Option<Watch> {
    let goal = Goal {
        max_schedules: bounds.max_schedules,
        time_limit: bounds.time_limit,
    };
    progress::reporter(is_wanted).map(|reporter| Watch::start(reporter, goal))
}

/// Runs one execution along `schedule`.
pub(super) fn replay(
    program: &Arc<dyn Subject>,
    settings: Settings,
    limits: Limits,
    schedule: &Schedule,
) -> Result<Execution, Error> {
    let (_, engine) = settle(settings, limits)?;
    let follow = Follow::new(schedule.clone(), program.threads(), false)?;
    serial::prepare(program, engine, limits)?;
    let (record, fits) = engine.direct(program, follow, limits)?.finish();
    if let Err(error) = fits {
        return Ok(Execution::refused(&record.steps, program.threads(), error));
    }
    let forced = schedule.len().min(record.steps.len());
    Ok(Execution::new(
        &record,
        Names::of(&**program, limits),
        forced,
    ))
}

/// The number of processors, which takes files to find out.
fn available_workers() -> usize {
    static AVAILABLE: OnceLock<usize> = OnceLock::new();
    *AVAILABLE.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

#[cold]
fn no_markers() -> Error {
    Error::new(
        ErrorKind::NoMarkers,
        "no thread reached a marker, so there was nothing to explore: is the code marked with \
         `// interlace: name`, and is the function, impl or module around it under \
         `#[interlace::trace]`?",
    )
}
