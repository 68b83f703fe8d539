//! Runs a program under an interleaving that proptest drew.

use std::sync::Arc;

use super::run_options::resolve_settings;
use super::{Explorer, serial};
use crate::engine::{Engine, EngineOptions, ExecutionResult, How, Program, Scheduler, aside};
use crate::environment::Settings;
use crate::error::Error;
use crate::execution::{Execution, Names, Record};
use crate::program::check_names;
use crate::search::{SchedulingPoint, forced};
use crate::shrink::Shrink;
use crate::strategies::{Decisions, Interleaving, Seen};

/// How many executions are run to find a smaller failure, or any.
const MAX_EXECUTIONS: u32 = 1000;

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Runs one execution, whose choices `interleaving` decides: for properties that draw inputs
    /// and interleaving together. See [`strategies`](crate::strategies).
    ///
    /// Once an execution has failed under this interleaving or a clone of it, as when proptest
    /// shrinks, up to 1000 executions are run to find the minimal one that fails, and the smallest
    /// that was found is returned. [`Engine::Fibers`] does that in about a millisecond.
    ///
    /// In a property, end with `.result()?`, which makes a failure one of the property.
    ///
    /// ```
    /// use interlace::{Explorer, marker, strategies::interleavings};
    /// use proptest::prelude::*;
    ///
    /// proptest!(|(count in 0..3_usize, interleaving in interleavings())| {
    ///     let body = move |(): &()| (0..count).for_each(|_| marker!("x"));
    ///     let execution = Explorer::new(|| ())
    ///         .thread("a", body)
    ///         .thread("b", body)
    ///         .run_under(&interleaving);
    ///     execution.result()?;
    ///     prop_assert_eq!(execution.steps().len(), 2 * count);
    /// });
    /// ```
    pub fn run_under(self, interleaving: &Interleaving) -> Execution {
        let program: Arc<dyn Program> = Arc::new(self.program);
        aside(|| run_under(&program, self.settings, self.limits, interleaving))
            .unwrap_or_else(|error| Execution::refused(&[], program.threads(), error))
    }
}

fn run_under(
    program: &Arc<dyn Program>,
    settings: Settings,
    limits: EngineOptions,
    interleaving: &Interleaving,
) -> Result<Execution, Error> {
    check_names(program.threads())?;
    let (_, engine) = resolve_settings(settings, limits)?;
    serial::prepare(program, engine, limits)?;
    let (record, decisions) = run(program, engine, limits, interleaving)?;
    let forced = forced(&record.steps);
    // After a time-out, another would follow, and leave another thread behind.
    let has_failed = fails(&record.how) && !record.how.is_timed_out();
    interleaving.note(Seen {
        schedule: record.schedule(program.threads(), forced),
        has_failed,
        decisions: Arc::new(decisions),
    });
    Ok(Execution::new(
        &record,
        Names::of(&**program, limits),
        forced,
    ))
}

fn run(
    program: &Arc<dyn Program>,
    engine: Engine,
    limits: EngineOptions,
    interleaving: &Interleaving,
) -> Result<(Record, Decisions), Error> {
    let first = Decided {
        decisions: interleaving.decisions(),
        record: None,
    };
    let Decided { decisions, record } = engine.direct(program, first, limits)?;
    let record = record.expect("the engine ends what it begins");
    if !interleaving.has_failed() || matches!(record.how, How::TimedOut(_)) {
        return Ok((record, decisions));
    }
    let smaller = Smaller::than(record);
    Ok((engine.direct(program, smaller, limits)?.best, decisions))
}

fn fails(how: &How) -> bool {
    !matches!(how, How::Held | How::Stopped)
}

/// Directs one execution as was decided.
struct Decided {
    decisions: Decisions,
    record: Option<Record>,
}

impl Scheduler for Decided {
    fn begin(&mut self) -> bool {
        self.record.is_none()
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        Some(self.decisions.choose(point))
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        self.record = Some(Record::of(ended));
    }
}

/// Directs executions to ever smaller failures, or, from one that held, to the smallest.
struct Smaller {
    shrink: Shrink,
    best: Record,
    executions: u32,
}

impl Smaller {
    fn than(first: Record) -> Self {
        let shrink = if fails(&first.how) {
            Shrink::new(&first.steps)
        } else {
            Shrink::anew()
        };
        Smaller {
            shrink,
            best: first,
            executions: 0,
        }
    }
}

impl Scheduler for Smaller {
    fn begin(&mut self) -> bool {
        self.executions < MAX_EXECUTIONS && self.shrink.begin()
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        Some(self.shrink.choose(point))
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        self.executions += 1;
        if matches!(ended.how, How::TimedOut(_)) {
            self.executions = MAX_EXECUTIONS;
            return;
        }
        let is_failure = fails(ended.how);
        let is_like = ended.how.is_like(&self.best.how) || !fails(&self.best.how);
        if self.shrink.end(is_failure && is_like) {
            self.best = Record::of(ended);
        }
    }
}
