//! What an explorer does with its program, once the settings are known.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use super::default_store::DefaultStore;
use super::run_options::resolve_settings;
use super::saved_runs::{self, RunContext};
use super::search_outcome::{SearchOutcome, report};
use super::{origin, serial};
use crate::engine::{Engine, EngineOptions, Program, catch_fault};
use crate::environment::{Purpose, Settings, purpose};
use crate::error::{Error, ErrorKind};
use crate::execution::Execution;
use crate::follow::{Followed, follow};
use crate::program::check_names;
use crate::progress::{self, Goal, Watch};
use crate::report::{Call, Report, ReportFile, Sampled};
use crate::saved::{Nowhere, Store};
use crate::schedule::Schedule;
use crate::search::Shard;
use crate::strategy::Strategy;
use crate::verdict::Tally;
use crate::workers::{Bounds, Findings, StoppedBy, run_search};

/// How a program is to be explored.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) settings: Settings,
    pub(super) options: EngineOptions,
    pub(super) keeps_going: bool,
    /// Where failures are saved, if the code says so.
    pub(super) store: Option<Arc<dyn Store>>,
    pub(super) call: Call,
}

/// Tries what failed before, searches, and shrinks the first failure.
pub(super) fn explore(program: &Arc<dyn Program>, task: Task) -> Report {
    let mut origin = origin::origin(program.threads(), task.keeps_going, task.call);
    let prepared =
        resolve_settings(task.settings.clone(), task.options).and_then(|(settings, engine)| {
            origin::describe(&mut origin, &settings);
            origin.shard = settings.shard.map(shard).transpose()?;
            let ledger = settings
                .report
                .as_deref()
                .map(ReportFile::open)
                .transpose()?;
            Ok((settings, engine, ledger))
        });
    let (settings, engine, ledger) = match prepared {
        Ok(prepared) => prepared,
        Err(error) => return Report::refused(error).of(origin),
    };
    if ledger.is_some() {
        origin.round = origin::round(&origin);
    }
    let report = begin(program, &settings, engine, origin.shard, task);
    let report = report.unwrap_or_else(Report::refused).of(origin);
    match ledger {
        Some(ledger) => ledger.add(report),
        None => report,
    }
}

/// The shard of this number, and of how many.
fn shard((number, of): (u32, u32)) -> Result<Shard, Error> {
    Shard::new(number, of).ok_or_else(|| {
        let text = format!("there is no shard {number} of {of}: they are numbered from 1 to {of}");
        Error::new(ErrorKind::BadSetting, text)
    })
}

/// Parts of searches that come one after the other are not next to each other in the whole.
#[cold]
fn no_shards(strategy: &Strategy) -> Error {
    let text = format!(
        "the strategy `{strategy}` is made of several searches, one after the other, and has no \
         shards: `exhaustive` has, and so have `random`, `uniform`, `pct`, `pos` and `surw`"
    );
    Error::new(ErrorKind::BadSetting, text)
}

fn begin(
    program: &Arc<dyn Program>,
    settings: &Settings,
    engine: Engine,
    shard: Option<Shard>,
    task: Task,
) -> Result<Report, Error> {
    check_names(program.threads())?;
    let Task {
        options,
        keeps_going,
        store,
        call,
        ..
    } = task;
    let context = RunContext {
        program,
        engine,
        options,
        call,
    };
    serial::prepare(program, context.engine, options)?;
    if let Some(schedule) = &settings.replay {
        return saved_runs::replay(context, schedule);
    }
    let store = store.unwrap_or_else(|| default_store(settings, call));
    let (retried, failure) = saved_runs::retry(context, &*store)?;
    let report = match failure {
        Some(_) => Report::new(
            Tally::default(),
            BTreeMap::new(),
            failure,
            StoppedBy::SavedFailure,
            Duration::ZERO,
            context.engine,
        ),
        None => catch_fault(|| search(context, settings, shard, keeps_going))?,
    };
    Ok(report.after(retried).kept_in(store))
}

/// Where failures are saved if the code does not say.
fn default_store(settings: &Settings, call: Call) -> Arc<dyn Store> {
    let is_test = || purpose() == Purpose::Test;
    if settings.saved.unwrap_or_else(is_test) {
        Arc::new(DefaultStore::new(call.explored_at))
    } else {
        Arc::new(Nowhere)
    }
}

fn search(
    context: RunContext<'_>,
    settings: &Settings,
    shard: Option<Shard>,
    keeps_going: bool,
) -> Result<Report, Error> {
    let RunContext {
        program,
        engine,
        options,
        call,
    } = context;
    let strategy = settings.strategy.clone().unwrap_or_default();
    let plan = match strategy.course() {
        Ok(plan) => plan,
        Err(schedule) => return explore_one(context, schedule),
    };
    if shard.is_some() && !plan.has_shards() {
        return Err(no_shards(&strategy));
    }
    let bounds = Bounds {
        max_schedules: settings.max_schedules,
        time_limit: settings.time_limit,
        keeps_going,
        workers: settings.workers.unwrap_or_else(available_workers),
        shard,
    };
    let seed = settings.seed.unwrap_or_default();
    let began = Instant::now();
    let watch = watch(bounds, settings.progress);
    let meter = watch.as_ref().map(Watch::meter);
    let draws = (plan, seed);
    let (findings, mut stopped_by) =
        run_search(program, engine, options, bounds, draws, meter.as_ref())?;
    if let Some(Err(fault)) = watch.map(Watch::end) {
        stopped_by = StoppedBy::Error(fault);
    }
    let elapsed = began.elapsed();
    let uniform = findings.uniform;
    let ran = SearchOutcome {
        findings,
        stopped_by,
        elapsed,
    };
    let report = report(program, ran, engine, options, call)?;
    let sampled = plan.schedules().map(|_| Sampled {
        strategy,
        seed,
        uniform,
    });
    Ok(report.with_sampled(sampled))
}

/// Runs one execution along `schedule`, and shrinks its failure.
fn explore_one(context: RunContext<'_>, schedule: &Schedule) -> Result<Report, Error> {
    let began = Instant::now();
    let Followed {
        record,
        outcome,
        fits,
    } = context.follow(schedule)?;
    fits?;
    let ran = SearchOutcome {
        findings: Findings::of_one(&record, outcome.as_deref()),
        stopped_by: StoppedBy::Replayed,
        elapsed: began.elapsed(),
    };
    report(
        context.program,
        ran,
        context.engine,
        context.options,
        context.call,
    )
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
    program: &Arc<dyn Program>,
    settings: Settings,
    options: EngineOptions,
    schedule: &Schedule,
) -> Result<Execution, Error> {
    let (_, engine) = resolve_settings(settings, options)?;
    check_names(program.threads())?;
    serial::prepare(program, engine, options)?;
    let Followed { record, fits, .. } = follow(engine, program, options, schedule, false)?;
    if let Err(error) = fits {
        return Ok(Execution::stopped(&record, error));
    }
    let forced = schedule.len().min(record.steps.len());
    Ok(Execution::new(&record, forced))
}

/// The number of processors, which takes files to find out.
fn available_workers() -> usize {
    static AVAILABLE: OnceLock<usize> = OnceLock::new();
    *AVAILABLE.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get))
}
