//! The first execution of a search, run for its steps alone.

use std::sync::Arc;

use crate::engine::{Engine, EngineOptions, ExecutionResult, Program, Scheduler};
use crate::error::Error;
use crate::search::{SchedulingPoint, Weights};

/// What the first execution in exploration order says of the size of the tree.
///
/// # Errors
///
/// If the engine cannot run it.
pub(super) fn weigh(
    subject: &Arc<dyn Program>,
    engine: Engine,
    limits: EngineOptions,
) -> Result<Arc<Weights>, Error> {
    let first = engine.direct(subject, First::default(), limits)?;
    Ok(Arc::new(first.weights.unwrap_or_else(|| Weights::of(&[]))))
}

/// Directs one execution by the first choice at every point.
#[derive(Debug, Default)]
struct First {
    has_begun: bool,
    weights: Option<Weights>,
}

impl Scheduler for First {
    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.has_begun, true)
    }

    fn choose(&mut self, _: &SchedulingPoint<'_>) -> Option<usize> {
        Some(0)
    }

    fn end(&mut self, ended: ExecutionResult<'_>) {
        self.weights = Some(Weights::of(ended.steps));
    }
}
