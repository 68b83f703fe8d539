//! Runs what an explorer was asked for.

use std::sync::Arc;

use super::default_store::DefaultStore;
use super::request::{Request, prepare};
use super::run_context::RunContext;
use super::search::search;
use super::{isolate, origin, saved_runs};
use crate::engine::{Lessons, catch_fault};
use crate::environment::{Purpose, Settings, is_for_mutants, purpose};
use crate::error::{Error, ErrorKind};
use crate::execution::Execution;
use crate::follow::Followed;
use crate::report::{PageFolder, Report, ReportFile, SaveTarget};
use crate::saved::{Nowhere, Store};
use crate::schedule::Schedule;
use crate::search::Shard;
use crate::workers::StoppedBy;

/// Retries the saved schedules, searches, and shrinks the first failure.
pub(super) fn explore(request: &Request) -> Report {
    let threads = request.program.threads();
    let mut origin = origin::origin(threads, request.keeps_going, request.call);
    let resolved = request.resolve().and_then(|(settings, context)| {
        origin::describe(&mut origin, &settings, context.options, request.is_model);
        origin.shard = settings.shard.map(shard).transpose()?;
        let file = settings.report.as_deref();
        let file = file.map(ReportFile::open).transpose()?;
        let isolation = (settings.isolate == Some(true)).then(isolate::begin);
        Ok((settings, context, file, isolation.transpose()?))
    });
    let (mut settings, mut context, file, isolation) = match resolved {
        Ok(resolved) => resolved,
        Err(error) => return Report::refused(error).of(origin),
    };
    let pages = settings.html.clone().map(PageFolder);
    if file.is_some() || pages.is_some() {
        origin.round = origin::round(&origin);
    }
    if let Some(isolation) = &isolation {
        context.options.known_crashes = Some(isolation.known);
        // What several come to depends on who is faster.
        settings.workers = Some(1);
    }
    let shard = origin.shard;
    let left = isolation.as_ref().and_then(|it| it.left.as_deref());
    let context = match left {
        Some(left) => context.isolated(left),
        None => context,
    };
    let report = learning(context, |context| {
        begin(request, context, &settings, shard, left.is_some())
    });
    if let Some(isolation) = isolation {
        isolation.end();
    }
    let report = report.unwrap_or_else(Report::refused).of(origin);
    let report = match pages {
        Some(pages) => pages.add(report),
        None => report,
    };
    match file {
        Some(file) => file.add(report),
        None => report,
    }
}

/// Runs `body` with what is known of the code; and again, with what that has shown, until it shows nothing
/// more. What was found before is forgotten.
fn learning<T>(context: RunContext<'_>, body: impl Fn(RunContext<'_>) -> T) -> T {
    let mut lessons = Lessons::so_far();
    loop {
        let mut options = context.options;
        options.lessons = lessons;
        let result = body(RunContext { options, ..context });
        match lessons.end() {
            Some(more) => lessons = more,
            None => return result,
        }
    }
}

/// Checks the number of a shard.
fn shard((number, of): (u32, u32)) -> Result<Shard, Error> {
    Shard::new(number, of).ok_or_else(|| {
        let text = format!("there is no shard {number} of {of}: they are numbered from 1 to {of}");
        Error::new(ErrorKind::BadSetting, text)
    })
}

fn begin(
    request: &Request,
    context: RunContext<'_>,
    settings: &Settings,
    shard: Option<Shard>,
    is_isolated: bool,
) -> Result<Report, Error> {
    prepare(context)?;
    let leaving = |store: &dyn Store, is_saved| {
        if is_isolated {
            context
        } else {
            context.leaving(store, is_saved)
        }
    };
    if let Some(schedule) = &settings.replay {
        return saved_runs::replay(context, schedule);
    }
    // With a change to the program, the test is another one.
    let store = request.store.clone().filter(|_| !is_for_mutants());
    let store = store.unwrap_or_else(|| default_store(context, settings));
    let (saved_runs, failure) = saved_runs::retry(leaving(&*store, true), &*store)?;
    let context = leaving(&*store, false);
    let report = match failure {
        Some(_) => Report {
            failure,
            engine: context.engine,
            ..Report::empty(StoppedBy::SavedFailure)
        },
        None => catch_fault(|| search(context, settings, shard, request.keeps_going))?,
    };
    Ok(Report {
        saved_runs,
        save_target: SaveTarget(Some(store)),
        ..report
    })
}

/// Where failures are saved if that was not set in code.
fn default_store(context: RunContext<'_>, settings: &Settings) -> Arc<dyn Store> {
    let is_test = || purpose() == Purpose::Test;
    if settings.saved.unwrap_or_else(is_test) {
        Arc::new(DefaultStore::new(context.call.explored_at))
    } else {
        Arc::new(Nowhere)
    }
}

/// Runs one execution along `schedule`.
pub(super) fn replay(request: &Request, schedule: &Schedule) -> Result<Execution, Error> {
    let (settings, context) = request.prepared()?;
    let followed = learning(context, |context| context.follow(schedule));
    let Followed { record, fits, .. } = followed?;
    if let Err(error) = fits {
        return Ok(Execution::stopped(&record, error));
    }
    let forced = schedule.len().min(record.steps.len());
    let execution = Execution::new(&record, forced);
    Ok(with_page(request, settings, execution))
}

/// The execution, with a page of it where pages are wanted.
pub(super) fn with_page(request: &Request, settings: Settings, execution: Execution) -> Execution {
    let Some(pages) = settings.html.map(PageFolder) else {
        return execution;
    };
    let mut origin = origin::origin(request.program.threads(), false, request.call);
    origin.round = origin::round(&origin);
    pages.add_execution(&origin, execution)
}
