//! What a search by classes adds to its report, and why there is none.

use super::run_context::RunContext;
use crate::error::{Error, ErrorKind};
use crate::execution::Record;
use crate::failure::MarkerSite;
use crate::operation::forced;
use crate::report::NoClasses;
use crate::search::{Irreducible, SearchPlan};
use crate::workers::Findings;

/// The plan, as far as it does not depend on what the program does. Classes are told only where nothing else
/// than the steps of threads matters, and nobody looks on in between.
///
/// # Errors
///
/// If classes are asked for where they cannot be told.
pub(super) fn settle(plan: SearchPlan, context: RunContext<'_>) -> Result<SearchPlan, Error> {
    match (plan, onlooker(context)) {
        (SearchPlan::Automatic, Some(_)) => Ok(SearchPlan::Exhaustive),
        (SearchPlan::Reduced, Some(reason)) => Err(cannot(reason)),
        (plan, _) => Ok(plan),
    }
}

/// What else matters than the steps of threads, whatever the program does.
fn onlooker(context: RunContext<'_>) -> Option<&'static str> {
    if context.program.has_invariants() {
        Some("invariants are evaluated after every step, in whichever order the steps come")
    } else if context.options.external_wakers {
        Some("with `external_wakers`, tasks are woken by what no schedule tells")
    } else {
        None
    }
}

/// Why every schedule was run, where markers declare what their code touches.
pub(super) fn why_none(context: RunContext<'_>, findings: &Findings) -> NoClasses {
    if findings.are_classes || !findings.declares {
        return NoClasses::default();
    }
    let classless = findings.classless.as_ref();
    let shown = || classless.map(|(irreducible, record)| reason(*irreducible, record));
    NoClasses(onlooker(context).map(str::to_owned).or_else(shown))
}

/// Lets the examples of outcomes, and the failure, depend on their classes alone, and not on which of their
/// executions was run.
///
/// # Errors
///
/// If the engine cannot run them.
pub(super) fn replace_examples(
    context: RunContext<'_>,
    findings: &mut Findings,
) -> Result<(), Error> {
    for summary in findings.outcomes.values_mut() {
        let followed = context.follow(&summary.example)?;
        if followed.fits.is_ok() {
            let record = followed.record;
            summary.example = record.schedule(forced(&record.steps));
        }
    }
    if let Some(found) = &mut findings.failure
        && let Some(schedule) = found.of_class.take()
    {
        let record = context.follow(&schedule)?.record;
        if record.is_like(&found.record) {
            found.record = record;
        }
    }
    Ok(())
}

/// The error of a search that was to run one schedule of each class, and cannot.
pub(super) fn explain(irreducible: Irreducible, record: &Record) -> Error {
    cannot(&reason(irreducible, record))
}

fn reason(irreducible: Irreducible, record: &Record) -> String {
    let step = |number: usize| {
        let schedule = record.schedule(record.steps.len());
        let step = schedule.steps().get(number);
        let site = record.steps.get(number).map(|it| it.operation.name());
        let site = site.map(|name| MarkerSite::from(name).to_string());
        let step = step.map(ToString::to_string);
        format!(
            "step {}, `{}` ({})",
            number + 1,
            step.unwrap_or_default(),
            site.unwrap_or_default()
        )
    };
    match irreducible {
        Irreducible::Opaque(number) => format!(
            "{} declares nothing, and so may touch anything; write after the name what the code touches: \
             `reads(…)`, `writes(…)`",
            step(number)
        ),
        Irreducible::NothingDeclared => {
            "no marker declares what its code touches; write after their names: `reads(…)`, `writes(…)`"
                .to_owned()
        }
        Irreducible::Conditional(number) => format!(
            "with {} begins or ends a wait that may also end spuriously, by a cancellation or by an answer from \
             outside; or after it a wait is held back that could end, as it is before it times out twice in a row, \
             and as it is where the execution ends",
            step(number)
        ),
    }
}

#[cold]
fn cannot(reason: &str) -> Error {
    let text = format!(
        "the strategy `reduced` cannot tell which schedules are of one class: {reason}. The strategy \
         `exhaustive` runs them all"
    );
    Error::new(ErrorKind::NotReducible, text)
}
