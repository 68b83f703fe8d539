//! Searches decide which step comes next. Each strategy has its own file. They see ids only: no
//! threads, no clock, no names.

mod account;
mod alternation;
mod automatic;
mod bounded;
mod contradiction;
mod depth_first;
#[cfg(test)]
mod interruptions;
mod part;
mod plan;
mod reduction;
mod repeats;
mod sample;
mod scouted;
mod shard;
mod share;
#[cfg(test)]
mod toy;

pub(crate) use account::{Account, Irreducible};
pub(crate) use alternation::Alternation;
pub(crate) use automatic::Automatic;
pub(crate) use bounded::Bounded;
pub(crate) use contradiction::Contradiction;
pub(crate) use depth_first::DepthFirst;
pub(crate) use part::{Decided, Part};
pub(crate) use plan::{SearchPlan, Stages};
pub(crate) use reduction::{
    Commuting, NearestHeld, PlannedStep, ReducedShard, Reduction, ReversedPair, Touch, Tried,
    between, canonical_order, distance, planned_again, why_irreducible,
};
pub(crate) use repeats::Rate;
pub use repeats::Repeats;
pub(crate) use sample::{Feedback, Method, Sample};
pub(crate) use scouted::Scouted;
pub(crate) use shard::{Shard, Weights};
pub(crate) use share::{Extent, Multinomial, Progress, estimate};

use crate::operation::{Choice, SchedulingPoint, Trace};

/// A way to go through the executions of a program.
pub(crate) trait Search: std::fmt::Debug + Send {
    /// Begins the next execution; `None` when none is left. Returns how many of its first steps are
    /// those of the execution before: [`choose`](Self::choose) is not called for them.
    fn new_execution(&mut self) -> Option<usize>;

    /// Decides which of the enabled threads goes next, or ends an execution that the search does
    /// not want.
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice;

    /// Learns that the execution has ended, and all of its steps, repeated ones included. Returns
    /// how it counts.
    fn end(&mut self, trace: &Trace<'_>) -> Account;
}
