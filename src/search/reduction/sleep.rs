//! Which threads sleep in an execution: their next step was explored before, in another.

use super::happens_before::HappensBefore;
use super::mutant::Mutant;
use super::step::Identity;
use super::tree::{Sleeper, Tree};

/// A thread whose step was explored before those that follow a point of an execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sleep {
    /// How many steps lead to the point.
    depth: usize,
    pub(super) thread: Identity,
    /// Before which step it no longer sleeps.
    wakes: usize,
    /// Whether its step may do more than is known: touch more than it declares, if it was not taken in this
    /// execution, or end the execution.
    pub(super) is_unseen: bool,
}

impl Sleep {
    /// As far as the execution shows.
    pub(super) fn of(sleeper: &Sleeper, tree: &Tree, order: &HappensBefore) -> Self {
        let Sleeper {
            depth,
            thread,
            node,
        } = *sleeper;
        let wakes = match tree.aborts(node) {
            Some(true) => depth,
            _ => order.wakes_at(thread, depth),
        };
        let may_call = tree.may_call(node) && order.is_unseen(thread, depth, 0);
        Sleep {
            depth,
            thread,
            wakes,
            is_unseen: may_call || tree.aborts(node).is_none(),
        }
    }

    /// Whether the thread still sleeps at `at`, and a sequence from there on could begin with its step: then it
    /// was explored.
    pub(super) fn covers(
        &self,
        order: &HappensBefore,
        at: usize,
        sequence: impl IntoIterator<Item = usize>,
    ) -> bool {
        let is_asleep = self.depth < at && self.wakes >= at && !Mutant::NobodySleeps.is_on();
        is_asleep && {
            let next = order.nth_of(self.thread, at, 0);
            order.is_weak_initial(self.thread, next, sequence)
        }
    }

    /// As it is by an execution in which the step was taken after that sequence, if it could be.
    pub(super) fn seen_in(self, order: &HappensBefore) -> Option<Self> {
        (!order.is_unseen(self.thread, self.depth, 0)).then(|| Sleep {
            wakes: order.wakes_at(self.thread, self.depth),
            is_unseen: false,
            ..self
        })
    }
}
