//! Runs a program under an interleaving that proptest drew.

use std::sync::Arc;

use super::run_options::resolve_settings;
use super::{Explorer, serial};
use crate::engine::{
    Engine, EngineOptions, ExecutionEnd, ExecutionResult, Program, Scheduler, ThreadTable, aside,
};
use crate::environment::Settings;
use crate::error::Error;
use crate::execution::{Chooser, Execution, Record, run_single};
use crate::operation::{Choice, SchedulingPoint, forced};
use crate::program::check_names;
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
        aside(|| run_under(&program, self.settings, self.options, interleaving))
            .unwrap_or_else(|error| Execution::refused(error))
    }
}

fn run_under(
    program: &Arc<dyn Program>,
    settings: Settings,
    options: EngineOptions,
    interleaving: &Interleaving,
) -> Result<Execution, Error> {
    check_names(program.threads())?;
    let (_, engine) = resolve_settings(settings, options)?;
    serial::prepare(program, engine, options)?;
    let (record, decisions) = run(program, engine, options, interleaving)?;
    let forced = forced(&record.steps);
    // After a time-out, another would follow, and leave another thread behind.
    let has_failed = fails(&record.end) && !record.end.is_timed_out();
    interleaving.note(Seen {
        schedule: record.schedule(forced),
        has_failed,
        decisions: Arc::new(decisions),
    });
    Ok(Execution::new(&record, forced))
}

fn run(
    program: &Arc<dyn Program>,
    engine: Engine,
    options: EngineOptions,
    interleaving: &Interleaving,
) -> Result<(Record, Decisions), Error> {
    let decided = Decided(interleaving.decisions());
    let first = run_single(engine, program, decided, options)?;
    let (Decided(decisions), record) = (first.chooser, first.record);
    if !interleaving.has_failed() || record.end.is_timed_out() {
        return Ok((record, decisions));
    }
    let smaller = Smaller::than(record);
    Ok((engine.run(program, smaller, options)?.best, decisions))
}

fn fails(end: &ExecutionEnd) -> bool {
    end.failure().is_some()
}

/// Chooses as was decided.
struct Decided(Decisions);

impl Chooser for Decided {
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.0.choose(point))
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
        let shrink = if fails(&first.end) {
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
    fn new_execution(&mut self) -> Option<usize> {
        let has_next = self.executions < MAX_EXECUTIONS && self.shrink.begin();
        has_next.then_some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(self.shrink.choose(point))
    }

    fn end(&mut self, result: ExecutionResult<'_>) {
        self.executions += 1;
        if result.end.is_timed_out() {
            self.executions = MAX_EXECUTIONS;
            return;
        }
        let is_failure = fails(result.end);
        let is_like = result.end.is_like(&self.best.end) || !fails(&self.best.end);
        if self.shrink.end(is_failure && is_like) {
            self.best = Record::of(result);
        }
    }
}
