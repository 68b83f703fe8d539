//! The way of a reversal down the tree.

use super::happens_before::HappensBefore;
use super::mutant::Mutant;
use super::step::Identity;

/// What has been passed of a reversal on the way down.
#[derive(Debug, Default)]
pub(super) struct Descent {
    /// The threads that have taken steps of it, once for each.
    matched: Vec<Identity>,
    /// The threads that have come to where the execution of the reversal has not seen them.
    strayed: Vec<Identity>,
    /// The step that now comes before what it raced with. What its thread does next may depend on that.
    reversed: Option<usize>,
}

impl Descent {
    pub(super) fn of(reversed: Option<usize>) -> Self {
        Descent {
            reversed,
            ..Descent::default()
        }
    }

    /// Whether `steps` can begin with the next step of `thread`; nothing if that was not seen in `order`.
    pub(super) fn can_begin_with(
        &self,
        thread: Identity,
        order: &HappensBefore,
        depth: usize,
        steps: &[usize],
    ) -> Option<bool> {
        let own = self.matched.iter().filter(|it| **it == thread);
        let next = order.nth_of(thread, depth, own.count());
        let is_known = next.is_some() && !self.strayed.contains(&thread);
        let is_at_start = self.matched.is_empty() && self.strayed.is_empty();
        if is_known || is_at_start || Mutant::NobodyStrays.is_on() {
            Some(order.is_weak_initial(thread, next, steps.iter().copied()))
        } else {
            None
        }
    }

    /// Whether what `thread` does next was not seen, but only what it declares.
    pub(super) fn is_unseen(&self, thread: Identity, order: &HappensBefore, depth: usize) -> bool {
        let own = self.matched.iter().filter(|it| **it == thread);
        order.is_unseen(thread, depth, own.count())
    }

    pub(super) fn pass(&mut self, thread: Identity, order: &HappensBefore, steps: &mut Vec<usize>) {
        let is_own = |it: &usize| order.steps[*it].thread == thread;
        match steps.iter().position(is_own) {
            Some(place) => {
                if Some(steps.remove(place)) == self.reversed {
                    self.strayed.push(thread);
                }
                self.matched.push(thread);
            }
            None => self.strayed.push(thread),
        }
    }
}
