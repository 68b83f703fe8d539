//! What a search has to tell, put together to a report.

use std::sync::Arc;
use std::time::Duration;

use super::{contradiction, minimise};
use crate::engine::{Engine, EngineOptions, Program};
use crate::error::{Error, ErrorKind};
use crate::oracle::Oracles;
use crate::report::{Call, Failure, Report};
use crate::workers::{Findings, StoppedBy};

/// What a search has to tell.
pub(super) struct SearchOutcome {
    pub(super) findings: Findings,
    pub(super) stopped_by: StoppedBy,
    pub(super) elapsed: Duration,
}

/// Shrinks the first failure, and puts all together.
pub(super) fn report(
    program: &Arc<dyn Program>,
    ran: SearchOutcome,
    engine: Engine,
    options: EngineOptions,
    call: Call,
) -> Result<Report, Error> {
    let failure = match &ran.findings.failure {
        Some(found) => Some(minimise::failure(program, found, engine, options, call)?),
        None => None,
    };
    Ok(build_report(program, ran, failure, (engine, options)))
}

/// Puts a report together.
pub(super) fn build_report(
    program: &Arc<dyn Program>,
    ran: SearchOutcome,
    failure: Option<Failure>,
    around: (Engine, EngineOptions),
) -> Report {
    let SearchOutcome {
        findings,
        stopped_by,
        elapsed,
    } = ran;
    let weights = findings.weights.as_deref();
    let weights = weights.map_or_else(Vec::new, |weights| weights.steps().to_vec());
    let stopped_by = match (&findings.contradiction, stopped_by) {
        (Some((found, record)), _) => {
            StoppedBy::Error(contradiction::explain(found, record, around))
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
        around.0,
    );
    let allowed = program.oracles().map_or(&[][..], Oracles::allowed);
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
