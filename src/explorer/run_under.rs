//! Runs a program under an interleaving drawn by proptest.

use std::sync::Arc;

use super::Explorer;
use super::request::Request;
use super::run::with_page;
use super::run_context::RunContext;
use super::shrinking::{Budget, Shrinking, fails};
use crate::engine::{ThreadTable, aside};
use crate::error::Error;
use crate::execution::{Chooser, Execution, Record};
use crate::operation::{Choice, SchedulingPoint, forced};
use crate::strategies::{Decisions, Interleaving, Seen};

/// What shrinking may cost. Time is not limited, so that the result is a function of what was
/// drawn.
const BUDGET: Budget = Budget {
    executions: 1000,
    time: None,
};

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Runs one execution, with choices made by `interleaving`: for properties that draw inputs and
    /// interleaving together. See [`strategies`](crate::strategies).
    ///
    /// Once an execution has failed under this interleaving or a clone of it, as when proptest
    /// shrinks, up to 1000 executions are run to find the minimal one that fails, and the smallest
    /// found is returned. [`Engine::Fibers`](crate::Engine::Fibers) does that in about a
    /// millisecond.
    ///
    /// In a property, end with `.result()?`, which makes the property fail if the execution does.
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
    #[track_caller]
    pub fn run_under(self, interleaving: &Interleaving) -> Execution {
        let request = self.request();
        let execution = aside(|| run_under(&request, interleaving));
        execution
            .unwrap_or_else(Execution::refused)
            .must_be_read(request.call.explored_at)
    }
}

fn run_under(request: &Request, interleaving: &Interleaving) -> Result<Execution, Error> {
    let (settings, context) = request.prepared()?;
    let (record, decisions) = run(context, interleaving)?;
    let forced = forced(&record.steps);
    // After a time-out, a retry would time out too and leave another thread behind.
    let has_failed = fails(&record.end) && !record.end.is_timed_out();
    interleaving.record(Seen {
        schedule: record.schedule(forced),
        has_failed,
        decisions: Arc::new(decisions),
    });
    let execution = Execution::new(&record, forced);
    Ok(with_page(request, settings, execution))
}

fn run(context: RunContext<'_>, interleaving: &Interleaving) -> Result<(Record, Decisions), Error> {
    let first = context.run_single(interleaving.decisions())?;
    let (decisions, record) = (first.chooser, first.record);
    if !interleaving.has_failed() || record.end.is_timed_out() {
        return Ok((record, decisions));
    }
    let smaller = context.run(Shrinking::new(record, BUDGET))?;
    Ok((smaller.best, decisions))
}

impl Chooser for Decisions {
    fn choose(&mut self, point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(Decisions::choose(self, point))
    }
}
