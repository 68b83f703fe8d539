//! What a search has to tell, put together to a report.

use std::time::Duration;

use super::run_context::RunContext;
use super::{contradiction, minimise};
use crate::error::{Error, ErrorKind};
use crate::oracle::Oracles;
use crate::report::{Failure, Report};
use crate::workers::{Findings, StoppedBy};

/// What a search has to tell.
pub(super) struct SearchOutcome {
    pub(super) findings: Findings,
    pub(super) stopped_by: StoppedBy,
    pub(super) elapsed: Duration,
}

/// Shrinks the first failure, and puts all together.
pub(super) fn report(context: RunContext<'_>, ran: SearchOutcome) -> Result<Report, Error> {
    let found = ran.findings.failure.as_ref();
    let failure = found.map(|found| minimise::failure(context, found));
    let failure = failure.transpose()?;
    Ok(build_report(context, ran, failure))
}

/// Puts a report together.
pub(super) fn build_report(
    context: RunContext<'_>,
    ran: SearchOutcome,
    failure: Option<Failure>,
) -> Report {
    let SearchOutcome {
        findings,
        stopped_by,
        elapsed,
    } = ran;
    let weights = findings.weights.as_deref();
    let weights = weights.map_or_else(Vec::new, |weights| weights.steps.clone());
    let stopped_by = match (&findings.contradiction, stopped_by) {
        (Some((found, record)), _) => {
            StoppedBy::Error(contradiction::explain(found, record, context))
        }
        // A shard may have no execution at all.
        (None, StoppedBy::Exhausted | StoppedBy::Cases(_) | StoppedBy::Sampled(1..))
            if findings.steps == 0 && failure.is_none() && findings.tally.total() > 0 =>
        {
            StoppedBy::Error(no_markers())
        }
        (None, stopped_by) => stopped_by,
    };
    let report = Report::new(
        findings.tally,
        findings.outcomes,
        failure,
        stopped_by,
        elapsed,
        context.engine,
    );
    let allowed = context.program.oracles().map_or(&[][..], Oracles::allowed);
    report.with_allowed(allowed).measured_by(weights)
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
