//! Which step comes next? One strategy a file. They see ids only: no threads, no clock, no names.

mod bounded;
mod depth_first;
mod part;
mod point;
mod sample;
mod shard;
mod share;
mod stages;
#[cfg(test)]
mod toy;

pub(crate) use bounded::Bounded;
pub(crate) use depth_first::{DepthFirst, Mismatch};
pub(crate) use part::{Account, Part};
pub(crate) use point::{Enabled, Event, SchedulingPoint, ThreadId, forced};
pub(crate) use sample::{Method, Sample};
pub(crate) use shard::{Shard, Weights};
pub(crate) use share::{Extent, Fork, Multinomial, estimate, share};
pub(crate) use stages::{SearchPlan, Stages};

/// A way to go through the executions of a program.
pub(crate) trait Search {
    /// Begins the next execution; false when none is left.
    fn begin(&mut self) -> bool;

    /// Returns the index in `point.ready` of the thread that goes next, or nothing to end the
    /// execution here, because it cannot be one that the search meant to run.
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize>;

    /// Learns that the execution has ended after `steps` steps: no thread is ready, or a failure
    /// ended it.
    fn end(&mut self, steps: usize);
}
