//! The first execution of a search, run for its steps alone.

use std::sync::Arc;

use crate::engine::{Director, Ended, Engine, Limits, Subject};
use crate::error::Error;
use crate::search::{Point, Weights};

/// What the first execution in exploration order says of the size of the tree.
///
/// # Errors
///
/// If the engine cannot run it.
pub(super) fn weigh(
    subject: &Arc<dyn Subject>,
    engine: Engine,
    limits: Limits,
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

impl Director for First {
    fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.has_begun, true)
    }

    fn choose(&mut self, _: &Point<'_>) -> Option<usize> {
        Some(0)
    }

    fn end(&mut self, ended: Ended<'_>) {
        self.weights = Some(Weights::of(ended.steps));
    }
}
