//! The first execution of a search, run only to count its steps.

use std::sync::Arc;

use super::ParallelSearch;
use crate::engine::ThreadTable;
use crate::error::Error;
use crate::execution::{Chooser, run_single};
use crate::operation::{Choice, SchedulingPoint};
use crate::search::Weights;

/// Measures the tree of choices by the first execution in exploration order.
///
/// # Errors
///
/// If the engine cannot run it.
pub(super) fn weigh(search: &ParallelSearch) -> Result<Arc<Weights>, Error> {
    let first = run_single(search.engine, &search.program, First, search.options)?;
    Ok(Arc::new(Weights::of(&first.record.steps)))
}

/// Takes the first choice at every point.
#[derive(Debug)]
struct First;

impl Chooser for First {
    fn choose(&mut self, _: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
        Choice::Take(0)
    }
}
