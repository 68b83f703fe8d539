//! What an explorer does with its program, once the settings are known.

use std::num::NonZero;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use super::{contradiction, minimise};
use crate::engine::{Engine, Limits, Subject};
use crate::environment::Settings;
use crate::error::{Error, ErrorKind};
use crate::execution::{Execution, Names};
use crate::follow::Follow;
use crate::hunt::{Bounds, Findings, StoppedBy, hunt};
use crate::program::check_names;
use crate::progress::{self, Goal, Watch};
use crate::report::{Call, Report, Sampled};
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
    let settings = settings.or(Settings::from_environment()?);
    let engine = settings.engine.unwrap_or_default();
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
    let course = (course, seed);
    let (findings, stopped_by) = hunt(program, engine, limits, bounds, course, meter.as_ref())?;
    drop(watch);
    let elapsed = began.elapsed();
    let failure = findings.failure.as_ref();
    let failure = failure.map(|found| minimise::failure(program, found, engine, limits, call));
    let failure = failure.transpose()?;
    let stopped_by = match (&findings.contradiction, stopped_by) {
        (Some((mismatch, record)), _) => {
            StoppedBy::Error(contradiction::explain(mismatch, record, program.threads()))
        }
        (None, StoppedBy::Exhausted | StoppedBy::Sampled(1..))
            if findings.steps == 0 && failure.is_none() =>
        {
            StoppedBy::Error(no_markers())
        }
        (None, stopped_by) => stopped_by,
    };
    let sample = course.0.schedules().map(|_| Sampled {
        strategy,
        seed,
        uniform: findings.uniform,
    });
    Ok(Report::new(findings, failure, stopped_by, elapsed, engine).sampled(sample))
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
    let findings = Findings::of_one(&record, outcome);
    let elapsed = began.elapsed();
    let failure = findings.failure.as_ref();
    let failure = failure.map(|found| minimise::failure(program, found, engine, limits, call));
    Ok(Report::new(
        findings,
        failure.transpose()?,
        StoppedBy::Replayed,
        elapsed,
        engine,
    ))
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
    let settings = settings.or(Settings::from_environment()?);
    let engine = settings.engine.unwrap_or_default();
    let follow = Follow::new(schedule.clone(), program.threads(), false)?;
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
