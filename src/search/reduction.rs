//! One execution of each class: executions that differ only in the order of steps which do not conflict
//! are run once.
//!
//! This is optimal dynamic partial order reduction (Abdulla, Aronis, Jonsson and Sagonas, "Source Sets: A
//! Foundation for Optimal Dynamic Partial Order Reduction", JACM 2017), on one tree that several workers
//! extend. Every execution is searched for *races*: two steps that conflict and could have come the other
//! way round. For each, a sequence is planned that has them so, unless it belongs to a class that was run
//! or is planned.

mod branch;
mod commuting;
mod descent;
mod happens_before;
mod irreducible;
mod lock_answers;
mod mutant;
mod nearest;
mod references;
mod relation;
mod reversed;
mod reversing;
mod shard;
mod shared_locks;
mod sleep;
mod step;
mod summary;
mod survey;
#[cfg(test)]
mod tests;
mod tree;
mod trial;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Account, Contradiction, Irreducible, Part, Search};
use crate::operation::{Choice, SchedulingPoint, Trace};
pub(crate) use commuting::{Commuting, Tried, between, distance};
use happens_before::HappensBefore;
pub(crate) use happens_before::canonical_order;
pub(crate) use irreducible::why_irreducible;
use lock_answers::LockAnswers;
pub(crate) use nearest::NearestHeld;
pub(crate) use reversed::{ReversedPair, Touch};
pub(crate) use shard::ReducedShard;
use sleep::Sleep;
pub(crate) use step::{PlannedStep, planned_again};
use tree::{NodeId, Sleeper, Tree};
use trial::{Race, Trial};

/// A handle to the tree of a reduced search. It runs one leaf after the other.
#[derive(Debug)]
pub(crate) struct Reduction {
    tree: Arc<Mutex<Tree>>,
    /// The leaf whose execution is under way or about to begin; the last node of the execution when that
    /// has ended.
    leaf: Option<NodeId>,
    /// Where it lies.
    place: Vec<usize>,
    /// Whether the search ends with an error at a step that may touch anything. It need not: such a step
    /// conflicts with all others.
    is_strict: bool,
    /// Whether the execution of the leaf is still to begin.
    is_new: bool,
    /// The nodes of the execution, from the root on.
    nodes: Vec<NodeId>,
    sleepers: Vec<Sleeper>,
    /// As the execution has shown them.
    sleeps: Vec<Sleep>,
    /// What the execution is to begin with.
    plan: Vec<PlannedStep>,
    order: HappensBefore,
    /// The steps of the last trial.
    tried: HappensBefore,
    answers: LockAnswers,
    /// What is to be tried before more can be planned, each by an execution that does not count.
    trials: Vec<Trial>,
    /// While the execution of the last of them is under way: whether the step that it asks about can be taken.
    trial: Option<bool>,
    contradiction: Option<Box<Contradiction>>,
}

impl Reduction {
    /// All classes of a program.
    pub(crate) fn new() -> Self {
        Reduction::of(Arc::new(Mutex::new(Tree::new())), None)
    }

    /// All classes of a program all of whose steps must say what they touch.
    pub(crate) fn strict() -> Self {
        Reduction {
            is_strict: true,
            ..Reduction::new()
        }
    }

    /// All classes of a program whose first execution has been run.
    pub(super) fn begin_with(&mut self, trace: &Trace<'_>) -> Account {
        let leaf = lock(&self.tree).take_leaf();
        if let Some(leaf) = leaf {
            self.begin(leaf);
        }
        self.is_new = false;
        self.end(trace)
    }

    fn of(tree: Arc<Mutex<Tree>>, leaf: Option<NodeId>) -> Self {
        let mut reduction = Reduction {
            tree,
            leaf: None,
            place: Vec::new(),
            is_strict: false,
            is_new: false,
            nodes: Vec::new(),
            sleepers: Vec::new(),
            sleeps: Vec::new(),
            plan: Vec::new(),
            order: HappensBefore::default(),
            tried: HappensBefore::default(),
            answers: LockAnswers::default(),
            trials: Vec::new(),
            trial: None,
            contradiction: None,
        };
        if let Some(leaf) = leaf {
            reduction.begin(leaf);
        }
        reduction
    }

    /// The next execution is that of `leaf`.
    fn begin(&mut self, leaf: NodeId) {
        let tree = lock(&self.tree);
        let place = tree.ranks(leaf).into_iter();
        self.place = place.map(|rank| rank as usize).collect();
        self.nodes = tree.path(leaf);
        tree.sleepers(&self.nodes, &mut self.sleepers);
        self.plan.clear();
        let steps = self.nodes.iter().filter_map(|node| tree.step(*node));
        self.plan.extend(steps);
        self.leaf = Some(leaf);
        self.is_new = true;
    }

    /// All that the execution has shown is planned.
    fn finish(&mut self) {
        if let Some(leaf) = self.leaf.take() {
            lock(&self.tree).finish(leaf);
        }
    }

    /// The execution that has ended was the one of the leaf: plans all that it shows.
    fn learn(&mut self, trace: &Trace<'_>) {
        self.order.read(trace);
        let steps = &self.order.steps[self.plan.len()..self.order.taken];
        let mut tree = lock(&self.tree);
        for step in steps {
            let last = self.nodes.last().copied().unwrap_or(tree::ROOT);
            self.nodes.push(tree.extend(last, step.planned()));
        }
        // What is planned below may be run by others, and is forgotten then, but for these nodes.
        if let (Some(leaf), Some(last)) = (self.leaf, self.nodes.last().copied()) {
            tree.pass(&self.nodes, &self.order, trace.has_aborted);
            tree.keep(last);
            tree.finish(leaf);
            self.leaf = Some(last);
        }
        let sleepers = self.sleepers.iter();
        let sleeps = sleepers.map(|it| Sleep::of(it, &tree, &self.order));
        self.sleeps.clear();
        self.sleeps.extend(sleeps);
        drop(tree);
        let mut reversals = Vec::new();
        for later in 0..self.order.steps.len() {
            if later >= self.order.taken && !self.order.is_reversible(later, trace.has_aborted) {
                continue;
            }
            let races: Vec<usize> = self.order.races(later).collect();
            for earlier in races {
                self.reverse(Race::new(earlier, later), &mut reversals);
            }
        }
        self.insert(reversals);
    }

    /// An execution that has ended before it has taken all steps that are planned, and not since the clock
    /// has cut it short: the program is another than before.
    fn early_end(&self, trace: &Trace<'_>) -> Option<Box<Contradiction>> {
        let next = self.plan.get(trace.events.len())?;
        (!trace.is_cut_short).then(|| {
            Box::new(Contradiction {
                depth: trace.events.len(),
                expected: vec![next.pending],
                found: Vec::new(),
            })
        })
    }

    /// Takes the step that is planned there.
    fn follow(&mut self, planned: PlannedStep, point: &SchedulingPoint<'_>) -> Choice {
        let index = planned.among(point);
        if index.is_none() {
            self.contradiction = Some(Box::new(Contradiction {
                depth: point.step,
                expected: vec![planned.pending],
                found: point.enabled.to_vec(),
            }));
        }
        index.map_or(Choice::Prune, Choice::Take)
    }
}

/// A search that has panicked with the lock is not gone on with.
fn lock(tree: &Mutex<Tree>) -> MutexGuard<'_, Tree> {
    tree.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Search for Reduction {
    fn new_execution(&mut self) -> Option<usize> {
        self.trial = (!self.trials.is_empty()).then_some(false);
        if let Some(trial) = self.trials.last() {
            self.plan = trial.plan(&self.order);
            return Some(0);
        }
        if !self.is_new {
            self.finish();
            let leaf = lock(&self.tree).take_leaf()?;
            self.begin(leaf);
        }
        self.is_new = false;
        self.answers.clear();
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        if self.trial.is_none() {
            self.answers.note(point);
        }
        if let Some(planned) = self.plan.get(point.step) {
            return self.follow(*planned, point);
        }
        if self.trial.is_some() {
            return self.end_trial(point);
        }
        Choice::Take(point.default_choice())
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let contradiction = self.contradiction.take().or_else(|| self.early_end(trace));
        let conditional = trace.conditional.map(Irreducible::Conditional);
        let is_strict = self.is_strict && self.trial.is_none();
        let irreducible = if is_strict {
            why_irreducible(trace)
        } else {
            conditional
        };
        if contradiction.is_some() || irreducible.is_some() {
            lock(&self.tree).abandon();
            self.trials.clear();
            return Account {
                irreducible,
                contradiction,
                ..Account::default()
            };
        }
        if trace.events.len() < self.plan.len() {
            // The clock has cut it short: it shows nothing.
            self.trials.clear();
            return Account {
                is_repetition: self.trial.take().is_some(),
                class: Some(u64::MAX),
                ..Account::default()
            };
        }
        let Some(is_free) = self.trial.take() else {
            let is_first = self.plan.is_empty();
            self.learn(trace);
            return Account {
                // The first execution is the same for any number of workers, and the plainest example.
                class: Some(if is_first { 0 } else { self.order.class() }),
                ..Account::default()
            };
        };
        match self.trials.pop() {
            Some(Trial::Lock { race, steps }) => {
                let mut reversals = Vec::new();
                if is_free {
                    self.reverse(race, &mut reversals);
                } else {
                    self.widen(&race, &steps, &mut reversals);
                }
                self.insert(reversals);
            }
            Some(Trial::Sleep { race, steps }) => self.end_sleep_trial(trace, race, &steps),
            Some(Trial::Steps(rest)) => self.insert_tried(trace, &rest),
            _ => {}
        }
        Account {
            is_repetition: true,
            ..Account::default()
        }
    }
}

impl Part for Reduction {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        let leaf = lock(&self.tree).take_leaf()?;
        Some(Box::new(Reduction {
            is_strict: self.is_strict,
            ..Reduction::of(Arc::clone(&self.tree), Some(leaf))
        }))
    }

    fn order(&self) -> Vec<usize> {
        self.place.clone()
    }
}
