//! The random walk: every enabled thread is as likely to go next as any other.
//!
//! It is biased: schedules with few enabled threads at their points, such as those in which one
//! thread ends early, are drawn too often.

use fastrand::Rng;

use super::Draw;
use crate::operation::{Pending, SchedulingPoint};

#[derive(Debug)]
pub(super) struct RandomWalk;

impl Draw for RandomWalk {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        below(point.enabled.len(), rng)
    }
}

/// A number below `end`, which is not 0: drawn as a `u64`, so that every platform draws the same.
pub(super) fn below(end: usize, rng: &mut Rng) -> usize {
    #[allow(clippy::cast_possible_truncation, reason = "less than `end`")]
    let drawn = rng.u64(..end as u64) as usize;
    drawn
}

/// One of the operations of the thread that has one at `index`: a task that was woken may go on or
/// be cancelled.
pub(super) fn among_own(enabled: &[Pending], index: usize, rng: &mut Rng) -> usize {
    let own = |&other: &usize| enabled[other].thread == enabled[index].thread;
    let mut own = (0..enabled.len()).filter(own);
    match own.clone().count() {
        1 => index,
        count => own.nth(below(count, rng)).unwrap_or(index),
    }
}

/// An index, drawn in proportion to its weight. At least one weight must not be 0.
pub(super) fn weighted(weights: &[usize], rng: &mut Rng) -> usize {
    let mut left = below(weights.iter().sum(), rng);
    let is_there = |&weight: &usize| {
        let is_there = left < weight;
        left = left.saturating_sub(weight);
        is_there
    };
    weights.iter().position(is_there).unwrap_or(0)
}
