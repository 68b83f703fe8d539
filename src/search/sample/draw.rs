//! A way to draw an execution.

use std::fmt::Debug;

use fastrand::Rng;

use crate::operation::SchedulingPoint;

/// Draws one execution.
pub(super) trait Draw: Debug + Send {
    /// Returns the index in `point.enabled` of the thread that goes next.
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize;

    /// Whether the execution that has ended was drawn so that all were equally likely.
    fn was_uniform(&self) -> bool {
        false
    }
}
