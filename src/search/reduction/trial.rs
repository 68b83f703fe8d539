//! Executions that show how to go on with a reversal, and do not count.

use super::happens_before::HappensBefore;
use super::step::{PlannedStep, Step};
use super::tree::{NodeId, Tree};

/// An execution that is run to find out how to go on with a reversal.
#[derive(Debug)]
pub(super) enum Trial {
    /// Whether the last of the steps, which acquires a lock, can be taken after the others, or another
    /// thread holds the lock.
    Lock { depth: usize, steps: Vec<usize> },
    /// What the steps of this plan touch, and what threads are about to touch after `node`, which the first
    /// `depth` of them lead to.
    Steps {
        node: NodeId,
        depth: usize,
        plan: Vec<PlannedStep>,
    },
}

impl Trial {
    /// One that takes `steps` of an execution after `node`.
    pub(super) fn of_steps(
        tree: &Tree,
        node: NodeId,
        order: &HappensBefore,
        steps: &[usize],
    ) -> Self {
        let before = tree.path(node);
        let mut plan: Vec<PlannedStep> = before.iter().filter_map(|it| tree.step(*it)).collect();
        let depth = plan.len();
        plan.extend(steps.iter().map(|it| order.steps[*it].planned()));
        Trial::Steps { node, depth, plan }
    }

    /// What its execution begins with.
    pub(super) fn plan(&self, order: &HappensBefore) -> Vec<PlannedStep> {
        match self {
            Trial::Steps { plan, .. } => plan.clone(),
            Trial::Lock { depth, steps } => {
                let others = &steps[..steps.len().saturating_sub(1)];
                let sequence = others.iter().map(|it| &order.steps[*it]);
                let all = order.steps[..*depth].iter().chain(sequence);
                all.map(Step::planned).collect()
            }
        }
    }
}
