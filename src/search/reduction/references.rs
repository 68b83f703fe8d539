//! Counts of references: which step is the last to give one up depends on the order, and is known only from
//! the steps as they were taken.
//!
//! A decrement conflicts with what else counts the same if it is the last. One that comes earlier, or later,
//! than in the execution that was seen may be the last or not whatever it was there. So that is found out
//! from the count.

use super::mutant::Mutant;
use super::step::Step;
use crate::operation::{Access, AccessKind, Object};

/// Steps that are to come after the first `depth` of an execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence<'a> {
    pub(super) depth: usize,
    steps: &'a [usize],
    /// The step that now comes before one that it conflicts with. So it is not the last.
    reversed: Option<usize>,
}

impl<'a> Sequence<'a> {
    pub(super) fn new(depth: usize, steps: &'a [usize], reversed: Option<usize>) -> Self {
        Sequence {
            depth,
            steps,
            reversed,
        }
    }
}

/// The count after a step that has changed it.
fn after(access: &Access) -> Option<u64> {
    match access.kind {
        AccessKind::Increment => access.found.checked_add(1),
        AccessKind::Decrement => access.found.checked_sub(1),
        _ => None,
    }
}

/// The count after the first `depth` steps of those that were taken, if they tell.
pub(super) fn count_at(taken: &[Step], depth: usize, object: &Object) -> Option<u64> {
    let (before, later) = taken.split_at(depth.min(taken.len()));
    let before = before.iter().rev().find_map(|it| it.change_of(object));
    before.and_then(after).or_else(|| {
        let next = later.iter().find_map(|it| it.change_of(object))?;
        Some(next.found).filter(|it| *it > 0)
    })
}

/// The steps of an execution, of which the first `taken` were taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counting<'a> {
    pub(super) steps: &'a [Step],
    pub(super) taken: usize,
}

impl Counting<'_> {
    /// The count after those of `sequence`.
    fn count_after(self, sequence: Sequence<'_>, object: &Object) -> Option<u64> {
        let steps = sequence.steps.iter();
        let counts = steps.flat_map(|it| self.steps[*it].counts());
        let mut count = count_at(&self.steps[..self.taken], sequence.depth, object)?;
        for access in counts.filter(|it| it.object == *object) {
            count = match access.kind {
                AccessKind::Increment => count.checked_add(1)?,
                _ => count.checked_sub(1)?,
            };
        }
        Some(count)
    }

    /// Whether `next` could not change places with `other`, one of `sequence`, if it was taken after all of
    /// that or where it is in it.
    pub(super) fn conflict_in(self, next: usize, other: usize, sequence: Sequence<'_>) -> bool {
        let (own, other) = (&self.steps[next], &self.steps[other]);
        own.conflicts_firmly_with(other) || self.may_be_last(next, other, sequence)
    }

    /// Whether `next` would be the last to give up what `other` counts, too.
    fn may_be_last(self, next: usize, other: &Step, sequence: Sequence<'_>) -> bool {
        if Mutant::NobodyIsLast.is_on() {
            return false;
        }
        let mut shared = decrements_of(&self.steps[next], other).map(|(own, _)| own);
        shared.any(|access| {
            if sequence.reversed == Some(next) && !Mutant::LastStaysLast.is_on() {
                false
            } else if sequence.steps.contains(&next) {
                access.may_be_last()
            } else {
                self.count_after(sequence, &access.object)
                    .is_none_or(|it| it <= 1)
            }
        })
    }

    /// Whether the step `own` could not have come before `other`, one that was taken, as well as after it.
    pub(super) fn is_woken_by(self, own: usize, other: usize) -> bool {
        let (own, by) = (&self.steps[own], &self.steps[other]);
        own.conflicts_firmly_with(by)
            || decrements_of(own, by).any(|(_, by)| after(by).is_none_or(|count| count <= 1))
    }
}

/// The decrements of `own`, each with what `other` does to the same count.
fn decrements_of<'a>(
    own: &'a Step,
    other: &'a Step,
) -> impl Iterator<Item = (&'a Access, &'a Access)> {
    let decrements = own.counts().filter(|it| it.kind == AccessKind::Decrement);
    decrements.flat_map(move |it| {
        let others = other.counts();
        others.filter_map(move |by| (by.object == it.object).then_some((it, by)))
    })
}
