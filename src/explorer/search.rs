//! Searches for failures by a strategy.

use std::num::NonZero;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use super::classes;
use super::run_context::RunContext;
use super::search_outcome::{SearchOutcome, report, run_one};
use super::verify_accesses::verify;
use crate::environment::Settings;
use crate::error::{Error, ErrorKind};
use crate::progress::{self, Goal, Watch};
use crate::report::{NoClasses, Report, Sampled, Verified, WorkerCount};
use crate::search::{SearchPlan, Shard};
use crate::strategy::Strategy;
use crate::workers::{Bounds, Limits, ParallelSearch, StoppedBy, run_search};

/// Runs the schedules that the settings ask for, and shrinks the first failure.
pub(super) fn search(
    context: RunContext<'_>,
    settings: &Settings,
    shard: Option<Shard>,
    keeps_going: bool,
) -> Result<Report, Error> {
    let strategy = settings.strategy.clone().unwrap_or_default();
    let plan = match strategy.plan() {
        Ok(plan) => plan,
        Err(schedule) => {
            let report = report(context, run_one(context, schedule, |error| error)?)?;
            return Ok(Report {
                verified: nothing_to_verify(settings),
                ..report
            });
        }
    };
    let plan = match plan {
        // A shard is measured by schedules.
        SearchPlan::Automatic if shard.is_some() => SearchPlan::Exhaustive,
        plan => classes::settle(plan, context)?,
    };
    if shard.is_some() && !plan.has_shards() {
        return Err(no_shards(&strategy));
    }
    let limits = Limits::new(settings.max_schedules, settings.time_limit);
    let workers = worker_count(settings);
    let seed = settings.seed.unwrap_or_default();
    let began = Instant::now();
    let goal = Goal {
        max_schedules: limits.max_schedules,
        time_limit: limits.time,
    };
    let reporter = progress::choose_reporter(settings.progress);
    let watch = reporter.map(|(reporter, patience)| Watch::start(reporter, goal, patience));
    let search = ParallelSearch {
        program: Arc::clone(context.program),
        engine: context.engine,
        options: context.options,
        bounds: Bounds {
            limits,
            keeps_going,
            verifies: settings.verify_accesses == Some(true),
            repeats: settings.repeats.unwrap_or_default(),
            before: 0,
            workers: workers.used,
            shard,
            lessons: context.options.lessons,
        },
        meter: watch.as_ref().map(Watch::meter),
    };
    let (mut findings, mut stopped_by) = run_search(search, plan, seed)?;
    let mut verified = nothing_to_verify(settings);
    if findings.are_classes && verified == Verified::Nothing {
        match verify(context, &findings.sample, &limits) {
            Ok(pairs) => verified = Verified::Pairs(pairs),
            Err(error) => {
                verified = Verified::No;
                // It is what has misled the search, if anything has.
                findings.contradiction = None;
                findings.difference = None;
                stopped_by = StoppedBy::Error(error);
            }
        }
    }
    if let Some((irreducible, record)) = &findings.irreducible {
        stopped_by = StoppedBy::Error(classes::explain(*irreducible, record));
    }
    if findings.are_classes {
        classes::replace_examples(context, &mut findings)?;
    }
    let searched = match (&strategy, findings.are_classes) {
        (Strategy::Automatic, false) => Strategy::Exhaustive,
        (Strategy::Automatic, true) => Strategy::Reduced,
        _ => strategy.clone(),
    };
    if let Some(Err(fault)) = watch.map(Watch::end) {
        stopped_by = StoppedBy::Error(fault);
    }
    let elapsed = began.elapsed();
    let uniform = findings.uniform;
    let no_classes = match (&strategy, shard) {
        (Strategy::Automatic, None) => classes::why_none(context, &findings),
        _ => NoClasses::default(),
    };
    let outcome = SearchOutcome {
        findings,
        stopped_by,
        elapsed,
    };
    let sampled = plan.schedules().map(|_| Sampled {
        strategy,
        seed,
        uniform,
    });
    let report = report(context, outcome)?;
    let mut report = Report {
        sampled,
        workers,
        verified,
        no_classes,
        ..report
    };
    report.origin.strategy = searched.to_string();
    Ok(report)
}

/// What is verified unless the search runs classes.
fn nothing_to_verify(settings: &Settings) -> Verified {
    match settings.verify_accesses {
        Some(true) => Verified::Nothing,
        _ => Verified::No,
    }
}

/// Workers beyond the number of processors only take turns on them. A few may be wanted to show
/// that the result does not depend on their number; starting hundreds takes longer than most
/// searches.
const MAX_PER_PROCESSOR: usize = 8;

/// How many workers to start. With `max_schedules`, only one.
fn worker_count(settings: &Settings) -> WorkerCount {
    let processors = processors();
    let asked = match settings.max_schedules {
        None => settings.workers.unwrap_or(processors),
        // Which executions are the first `max_schedules` is known only when they are run in order.
        Some(_) => 1,
    };
    WorkerCount {
        asked,
        used: asked.min(MAX_PER_PROCESSOR * processors),
        processors,
    }
}

/// The number of processors, cached, since finding it out reads files.
fn processors() -> usize {
    static PROCESSORS: OnceLock<usize> = OnceLock::new();
    *PROCESSORS.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}

/// Several searches do not divide into contiguous parts, nor does one in which each execution follows
/// from those before.
#[cold]
fn no_shards(strategy: &Strategy) -> Error {
    let why = match strategy {
        Strategy::Feedback { .. } => "draws each schedule by what those before came to",
        _ => "is made of several searches",
    };
    let text = format!(
        "the strategy `{strategy}` {why}, and has no shards: `reduced` and `exhaustive` have, and so have `random`, \
         `uniform`, `pct`, `pos` and `surw`"
    );
    Error::new(ErrorKind::BadSetting, text)
}
