//! Counts of references: which step is the last to give one up depends on the order, and is known only from
//! the steps as they were taken.
//!
//! A decrement conflicts with what else counts the same if it is the last. One that comes earlier, or later,
//! than in the execution that was seen may be the last or not whatever it was there. So that is found out
//! from the count.

use super::happens_before::HappensBefore;
use super::mutant::Mutant;
use crate::operation::{Access, AccessKind, Object};

/// Steps that are to come after the first `depth` of an execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sequence<'a> {
    pub(super) depth: usize,
    pub(super) steps: &'a [usize],
    /// The step that now comes before one that it conflicts with. So it is not the last.
    pub(super) reversed: Option<usize>,
}

/// The count after a step that has changed it.
fn after(access: &Access) -> Option<u64> {
    match access.kind {
        AccessKind::Increment => access.found.checked_add(1),
        AccessKind::Decrement => access.found.checked_sub(1),
        _ => None,
    }
}

impl HappensBefore {
    /// The count after the first `depth` steps, if the steps tell.
    pub(super) fn count_at(&self, depth: usize, object: &Object) -> Option<u64> {
        let touch = |number: usize| self.steps[number].change_of(object);
        let before = (0..depth.min(self.taken)).rev().find_map(touch);
        before.and_then(after).or_else(|| {
            let next = (depth..self.taken).find_map(touch)?;
            Some(next.found).filter(|it| *it > 0)
        })
    }

    /// The count after those of `sequence`.
    fn count_after(&self, sequence: Sequence<'_>, object: &Object) -> Option<u64> {
        let steps = sequence.steps.iter();
        let counts = steps.flat_map(|it| self.steps[*it].counts());
        let mut count = self.count_at(sequence.depth, object)?;
        for access in counts.filter(|it| it.object == *object) {
            count = match access.kind {
                AccessKind::Increment => count.checked_add(1)?,
                _ => count.checked_sub(1)?,
            };
        }
        Some(count)
    }

    /// Whether `next` could not change places with `other`, one of `sequence`, if it was taken after all of that
    /// or where it is in it.
    pub(super) fn conflicts_in(&self, next: usize, other: usize, sequence: Sequence<'_>) -> bool {
        let (own, others) = (&self.steps[next], &self.steps[other]);
        if !self.have_counts {
            return self.conflict(next, other);
        }
        own.conflicts_firmly_with(others) || self.may_be_last(next, other, sequence)
    }

    /// Whether `next` would be the last to give up what `other` counts, too.
    fn may_be_last(&self, next: usize, other: usize, sequence: Sequence<'_>) -> bool {
        if Mutant::NobodyIsLast.is_on() {
            return false;
        }
        let shared = |it: &&Access| {
            let mut others = self.steps[other].counts();
            it.kind == AccessKind::Decrement && others.any(|other| other.object == it.object)
        };
        let mut shared = self.steps[next].counts().filter(shared);
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
    pub(super) fn is_woken_by(&self, own: usize, other: usize) -> bool {
        let (step, by) = (&self.steps[own], &self.steps[other]);
        if !self.have_counts || step.conflicts_firmly_with(by) {
            return self.conflict(own, other);
        }
        let decrements = step.counts().filter(|it| it.kind == AccessKind::Decrement);
        let mut changed = decrements.flat_map(|it| by.counts().filter(|by| by.object == it.object));
        changed.any(|by| after(by).is_none_or(|count| count <= 1))
    }
}
