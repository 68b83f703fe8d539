//! What a search has found, and the report made of it.

use std::time::{Duration, Instant};

use super::run_context::RunContext;
use super::{contradiction, minimise};
use crate::error::{Error, ErrorKind};
use crate::follow::Followed;
use crate::oracle::Oracles;
use crate::report::{Coverage, Failure, RepeatCount, Report, other_crate};
use crate::schedule::Schedule;
use crate::workers::{Findings, Reach, StoppedBy};

/// What a search has found.
pub(super) struct SearchOutcome {
    pub(super) findings: Findings,
    pub(super) stopped_by: StoppedBy,
    pub(super) elapsed: Duration,
}

/// Runs the one execution along `schedule`.
///
/// # Errors
///
/// If the engine cannot run it; or what `refused` makes of the reason why the schedule does not fit
/// the program.
pub(super) fn run_one(
    context: RunContext<'_>,
    schedule: &Schedule,
    refused: impl FnOnce(Error) -> Error,
) -> Result<SearchOutcome, Error> {
    let began = Instant::now();
    let Followed {
        record,
        outcome,
        fits,
    } = context.follow(schedule)?;
    fits.map_err(refused)?;
    Ok(SearchOutcome {
        findings: Findings::of_one(&record, outcome.as_deref()),
        stopped_by: StoppedBy::Replayed,
        elapsed: began.elapsed(),
    })
}

/// Shrinks the first failure, and puts the report together.
pub(super) fn report(context: RunContext<'_>, search: SearchOutcome) -> Result<Report, Error> {
    let found = search.findings.failure.as_ref();
    let first_held = search.findings.first_held.as_ref();
    let failure = found.map(|found| minimise::failure(context, found, first_held));
    let failure = failure.transpose()?;
    Ok(build_report(context, search, failure))
}

/// Makes the report of a search whose first failure has been shrunk.
pub(super) fn build_report(
    context: RunContext<'_>,
    search: SearchOutcome,
    failure: Option<Failure>,
) -> Report {
    let SearchOutcome {
        findings,
        stopped_by,
        elapsed,
    } = search;
    let weights = findings.weights.as_deref();
    let weights = weights.map_or_else(Vec::new, |weights| weights.steps.clone());
    let contradicted = match (&findings.contradiction, &findings.difference) {
        (Some((found, record)), _) => Some(contradiction::explain(found, record, context)),
        (None, Some(difference)) => Some(contradiction::explain_repeat(difference, context)),
        (None, None) => None,
    };
    let stopped_by = match (contradicted, stopped_by) {
        (Some(error), _) => StoppedBy::Error(error),
        // A shard may have no execution at all.
        (None, StoppedBy::Exhausted | StoppedBy::Cases(_) | StoppedBy::Sampled(1..))
            if !context.allows_trivial
                && findings.steps == 0
                && failure.is_none()
                && findings.tally.total() > 0 =>
        {
            StoppedBy::Error(no_markers(context.call.explored_at.file()))
        }
        (None, stopped_by) => stopped_by,
    };
    let allowed = context.program.oracles().map_or(&[][..], Oracles::allowed);
    let mut report = Report {
        tally: findings.tally,
        outcomes: findings.outcomes,
        allowed: allowed.to_vec(),
        failure,
        elapsed,
        engine: context.engine,
        coverage: coverage(context, &findings.reach),
        repeats: RepeatCount(findings.repeats),
        ..Report::empty(stopped_by)
    };
    report.origin.steps = weights;
    report
}

/// What the search has left without a point, unless that is meant.
fn coverage(context: RunContext<'_>, reach: &Reach) -> Coverage {
    if context.allows_trivial {
        return Coverage::default();
    }
    let threads = context.program.threads();
    // The body of a model may do no more than start the threads.
    let declared = if context.is_model { 0 } else { threads.len() };
    let unreached = reach.unreached(declared);
    Coverage {
        unreached: unreached.map(|thread| threads[thread].clone()).collect(),
        has_no_choice: !reach.has_choice,
    }
}

#[cold]
fn no_markers(explored_at: &str) -> Error {
    let text = format!(
        "no thread reached a marker, so there was nothing to explore: is the code marked with `// interlace: name`, \
         and is the function, impl or module around it under `#[interlace::trace]`?{}",
        other_crate(explored_at)
    );
    Error::new(ErrorKind::NoMarkers, text)
}
