//! Executions that show how to go on with a reversal, and do not count.

use super::happens_before::HappensBefore;
use super::step::{Identity, PlannedStep, Step};
use super::tree::{Inserted, NodeId, Reversal, Tree};

/// An execution that is run to find out how to go on with a reversal.
#[derive(Debug)]
pub(super) enum Trial {
    /// Whether the last of the steps, which acquires a lock, can be taken after the others, or another
    /// thread holds the lock.
    Lock {
        race: Race,
        steps: Vec<usize>,
    },
    /// What the step of a thread touches that may sleep, after the steps.
    Sleep {
        race: Race,
        steps: Vec<usize>,
    },
    Steps(Remainder),
}

/// The rest of a reversal of which something is not known. It shows what these steps touch, and what threads are
/// about to touch after `node`, which the first `depth` of them lead to.
#[derive(Debug)]
pub(super) struct Remainder {
    pub(super) node: NodeId,
    pub(super) depth: usize,
    pub(super) plan: Vec<PlannedStep>,
    /// The child of the node that the execution went to which has shown the race, if it came through the node.
    pub(super) taken: Option<NodeId>,
    /// The child of the node whose thread takes a step after the others, if it can.
    pub(super) child: Option<NodeId>,
    thread: Option<Identity>,
}

/// Two steps of which the first is to come after the second.
#[derive(Debug, Clone)]
pub(super) struct Race {
    pub(super) earlier: usize,
    pub(super) later: usize,
    /// Others that are to come after the second, too: later than the first, and in this order.
    pub(super) also: Vec<usize>,
    /// Whether the lock is known to be free that the second acquires.
    pub(super) is_free: bool,
    /// The sleepers that are known to be awake, and the one that is being looked at: with its thread, unless that
    /// takes its step anyway.
    pub(super) awake: Vec<usize>,
    pub(super) asked: Option<(usize, Option<Identity>)>,
}

impl Race {
    pub(super) fn new(earlier: usize, later: usize) -> Self {
        Race {
            earlier,
            later,
            also: Vec::new(),
            is_free: false,
            awake: Vec::new(),
            asked: None,
        }
    }
}

impl Trial {
    /// Inserts a reversal. Returns a trial if something is not known of it.
    pub(super) fn of_inserted(tree: &mut Tree, reversal: Reversal<'_>) -> Option<Self> {
        let (order, at, taken) = (reversal.order, reversal.at, reversal.taken);
        let Inserted::Unknown { node, steps, child } = tree.insert(reversal) else {
            return None;
        };
        let before = tree.path(node);
        let mut plan: Vec<PlannedStep> = before.iter().filter_map(|it| tree.step(*it)).collect();
        let depth = plan.len();
        plan.extend(steps.iter().map(|it| order.steps[*it].planned()));
        let thread = child.and_then(|child| Some(tree.step(child)?.thread));
        Some(Trial::Steps(Remainder {
            node,
            depth,
            taken: taken.filter(|_| node == at),
            child,
            thread: thread.filter(|it| plan[depth..].iter().all(|step| step.thread != *it)),
            plan,
        }))
    }

    /// What its execution begins with.
    pub(super) fn plan(&self, order: &HappensBefore) -> Vec<PlannedStep> {
        let (race, steps) = match self {
            Trial::Steps(tried) => return tried.plan.clone(),
            Trial::Lock { race, steps } => (race, &steps[..steps.len().saturating_sub(1)]),
            Trial::Sleep { race, steps } => (race, &steps[..]),
        };
        let sequence = steps.iter().map(|it| &order.steps[*it]);
        let all = order.steps[..race.earlier].iter().chain(sequence);
        all.map(Step::planned).collect()
    }

    /// The thread whose step is taken after that, if it can be.
    pub(super) fn goes_on_with(&self) -> Option<Identity> {
        match self {
            Trial::Lock { .. } => None,
            Trial::Sleep { race, .. } => race.asked.and_then(|(_, thread)| thread),
            Trial::Steps(tried) => tried.thread,
        }
    }
}
