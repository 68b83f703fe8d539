//! The tree that all parts of a reduced search extend: which executions have been run, and which are to
//! be.

mod forgetting;

use std::collections::BTreeMap;

use super::descent::Descent;
use super::happens_before::HappensBefore;
use super::mutant::Mutant;
use super::references::Sequence;
use super::step::{Identity, PlannedStep};

/// The number of a node.
pub(super) type NodeId = usize;

pub(super) const ROOT: NodeId = 0;

/// A step after the steps that lead to it. Children are in the order in which they were added, which is
/// the order of exploration, and never change places.
#[derive(Debug)]
struct Node {
    step: Option<PlannedStep>,
    parent: NodeId,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    next: Option<NodeId>,
    /// Its number among the children of its parent.
    rank: u32,
    state: State,
    /// Whether its step ends the execution: then no other step could have come after it as well as before
    /// it. Not known before an execution through here has ended.
    aborts: Option<bool>,
    /// Whether its step touches more than is known before it is taken. Not known before that either.
    calls: Option<bool>,
    /// How many executions through here are still to be run or under way.
    open: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The end of a planned sequence, whose execution has not begun.
    Leaf,
    /// Inside a planned sequence: below it, only what was planned is run.
    Guided,
    /// Below it, all classes have been run or will be.
    Free,
}

/// A thread whose step was explored before those that follow a point of an execution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sleeper {
    /// How many steps lead to the point.
    pub(super) depth: usize,
    pub(super) thread: Identity,
    /// The node of its step.
    pub(super) node: NodeId,
}

#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    unused: Vec<NodeId>,
    /// The leaves, by the ranks on the way to each: so the leftmost is the first.
    leaves: BTreeMap<Vec<u32>, NodeId>,
    /// Whether any execution was ended by a step.
    has_aborted: bool,
    /// Whether any step has touched more than was known before.
    has_called: bool,
}

/// A sequence of steps of one execution that is to be run after other steps of it, in another order.
#[derive(Debug)]
pub(super) struct Reversal<'a> {
    pub(super) order: &'a HappensBefore,
    /// How many steps of the execution come before it.
    pub(super) depth: usize,
    /// The node after them, and the one that the execution went to from there if it had been there before.
    pub(super) at: NodeId,
    pub(super) taken: Option<NodeId>,
    /// The child of `at` to begin with: those before it were looked at.
    pub(super) from: Option<NodeId>,
    /// The numbers of the steps.
    pub(super) steps: Vec<usize>,
}

/// What has become of a reversal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It is planned, or its class is.
    Done,
    /// That depends on what a thread does after `node`, which was not seen in its execution: there, it had
    /// come to another place, or had not gone on, and the step of `child` may touch more than it declares. The
    /// `steps` are left of it. The node is kept until it is [finished](Tree::finish).
    Unknown {
        node: NodeId,
        steps: Vec<usize>,
        child: Option<NodeId>,
    },
}

/// Where a reversal belongs, seen from a node.
enum Place {
    /// Its class is planned or was run.
    Covered,
    /// It is to be a new child.
    Here,
    /// Below this child, whose step this thread takes.
    Below(NodeId, Identity),
    /// As [`Inserted::Unknown`].
    Unknown(Option<NodeId>),
}

impl Tree {
    /// One execution is to be run, of which nothing is planned.
    pub(super) fn new() -> Self {
        let mut tree = Tree {
            nodes: Vec::new(),
            unused: Vec::new(),
            leaves: BTreeMap::new(),
            has_aborted: false,
            has_called: false,
        };
        tree.nodes.push(Node {
            step: None,
            parent: ROOT,
            first_child: None,
            last_child: None,
            next: None,
            rank: 0,
            state: State::Leaf,
            aborts: None,
            calls: None,
            open: 1,
        });
        tree.leaves.insert(Vec::new(), ROOT);
        tree
    }

    /// Takes the leftmost leaf; its execution is under way now.
    pub(super) fn take_leaf(&mut self) -> Option<NodeId> {
        let (_, leaf) = self.leaves.pop_first()?;
        self.nodes[leaf].state = State::Free;
        Some(leaf)
    }

    /// No further execution is to be run.
    pub(super) fn abandon(&mut self) {
        self.leaves.clear();
    }

    /// The ranks on the way to a node.
    pub(super) fn ranks(&self, node: NodeId) -> Vec<u32> {
        let mut ranks: Vec<u32> = self.upwards(node).map(|it| self.nodes[it].rank).collect();
        ranks.pop();
        ranks.reverse();
        ranks
    }

    /// The nodes on the way to `node`, the root first.
    pub(super) fn path(&self, node: NodeId) -> Vec<NodeId> {
        let mut path: Vec<NodeId> = self.upwards(node).collect();
        path.reverse();
        path
    }

    /// `node`, its parent, and so on up to the root.
    fn upwards(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let parent = |node: &NodeId| (*node != ROOT).then(|| self.nodes[*node].parent);
        std::iter::successors(Some(node), parent)
    }

    pub(super) fn step(&self, node: NodeId) -> Option<PlannedStep> {
        self.nodes[node].step
    }

    /// The threads that were explored before the steps of `path`.
    pub(super) fn sleepers(&self, path: &[NodeId], sleepers: &mut Vec<Sleeper>) {
        sleepers.clear();
        for (depth, pair) in path.windows(2).enumerate() {
            let before = self.children(pair[0]).take_while(|child| *child != pair[1]);
            sleepers.extend(before.filter_map(|node| {
                let thread = self.nodes[node].step?.thread;
                Some(Sleeper {
                    depth,
                    thread,
                    node,
                })
            }));
        }
    }

    /// An execution has taken the steps to these nodes. If it `has_aborted`, the last has ended it, though
    /// other threads could have gone on.
    pub(super) fn pass(&mut self, nodes: &[NodeId], order: &HappensBefore, has_aborted: bool) {
        for node in nodes {
            self.nodes[*node].aborts.get_or_insert(false);
        }
        for (node, step) in nodes.iter().skip(1).zip(&order.steps) {
            self.nodes[*node].calls = Some(step.has_called);
            self.has_called |= step.has_called;
        }
        if let Some(last) = nodes.last().filter(|_| has_aborted) {
            self.nodes[*last].aborts = Some(true);
            self.has_aborted = true;
        }
    }

    /// Whether the step to `node` ends the execution, if that is known. It does not as long as none did.
    pub(super) fn aborts(&self, node: NodeId) -> Option<bool> {
        let aborts = self.nodes[node].aborts;
        if self.has_aborted {
            aborts
        } else {
            Some(false)
        }
    }

    /// Whether the step to `node` may touch more than is known before it is taken.
    pub(super) fn may_call(&self, node: NodeId) -> bool {
        self.nodes[node].calls.unwrap_or(self.has_called) && !Mutant::AllSeen.is_on()
    }

    fn children(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.nodes[node].first_child, |child| {
            self.nodes[*child].next
        })
    }

    /// Adds the step that an execution under way has taken after those to `parent`.
    pub(super) fn extend(&mut self, parent: NodeId, step: PlannedStep) -> NodeId {
        self.add(parent, step, State::Free)
    }

    fn add(&mut self, parent: NodeId, step: PlannedStep, state: State) -> NodeId {
        let last = self.nodes[parent].last_child;
        let new = Node {
            step: Some(step),
            parent,
            first_child: None,
            last_child: None,
            next: None,
            rank: last.map_or(0, |last| self.nodes[last].rank + 1),
            state,
            aborts: None,
            calls: None,
            open: 0,
        };
        let id = if let Some(id) = self.unused.pop() {
            self.nodes[id] = new;
            id
        } else {
            self.nodes.push(new);
            self.nodes.len() - 1
        };
        match last {
            Some(last) => self.nodes[last].next = Some(id),
            None => self.nodes[parent].first_child = Some(id),
        }
        self.nodes[parent].last_child = Some(id);
        id
    }

    /// Plans an execution of the steps of `reversal`, unless one of its class is planned or was run.
    /// The optimal algorithm's insertion into a wakeup tree (Abdulla, Aronis, Jonsson and Sagonas,
    /// "Source Sets", JACM 2017, section 6), on a tree that several executions extend at once.
    pub(super) fn insert(&mut self, mut reversal: Reversal<'_>) -> Inserted {
        let reversed = reversal.taken.and_then(|_| reversal.steps.last().copied());
        let all = reversal.steps.clone();
        let sequence = Sequence::new(reversal.depth, &all, reversed);
        let mut descent = Descent::of(reversed);
        let mut node = reversal.at;
        loop {
            match self.place(node, &reversal, sequence, &descent) {
                Place::Covered => return Inserted::Done,
                Place::Here => {
                    self.plan(node, reversal.order, &reversal.steps);
                    return Inserted::Done;
                }
                Place::Unknown(child) => {
                    self.keep(node);
                    return Inserted::Unknown {
                        node,
                        steps: reversal.steps,
                        child,
                    };
                }
                Place::Below(child, thread) => {
                    descent.pass(thread, reversal.order, &mut reversal.steps);
                    if reversal.steps.is_empty() {
                        return Inserted::Done;
                    }
                    node = child;
                }
            }
        }
    }

    /// Looks among the children of `node` for one with which what is left of a reversal could begin.
    fn place(
        &self,
        node: NodeId,
        reversal: &Reversal<'_>,
        sequence: Sequence<'_>,
        descent: &Descent,
    ) -> Place {
        let (order, depth, steps) = (reversal.order, reversal.depth, &reversal.steps);
        let is_at = node == reversal.at;
        let from = reversal.from.filter(|_| is_at);
        let taken = reversal.taken.filter(|_| is_at);
        let mut next = from.or(self.nodes[node].first_child);
        while let Some(child) = next {
            next = self.nodes[child].next;
            let Some(step) = self.nodes[child].step.filter(|_| Some(child) != taken) else {
                continue;
            };
            // One that has not been run, and turns out to abort, races with what was pending then.
            let can_begin = if self.nodes[child].aborts == Some(true) {
                let is_own = |it: &usize| order.steps[*it].thread == step.thread;
                Some(steps.first().is_some_and(is_own))
            } else {
                descent.can_begin_with(step.thread, order, sequence, steps)
            };
            match can_begin {
                None => return Place::Unknown(None),
                Some(false) => continue,
                Some(true) => {}
            }
            if self.may_call(child) && descent.is_unseen(step.thread, order, depth) {
                if Some(child) == from {
                    // It could not be taken after the steps: it waits for one of them.
                    continue;
                }
                return Place::Unknown(Some(child));
            }
            let is_before = |taken: NodeId| self.nodes[child].rank < self.nodes[taken].rank;
            let is_covered = self.nodes[child].state != State::Guided;
            return if is_covered || taken.is_some_and(is_before) {
                Place::Covered
            } else {
                Place::Below(child, step.thread)
            };
        }
        Place::Here
    }

    /// Adds a planned sequence below `node`.
    fn plan(&mut self, mut node: NodeId, order: &HappensBefore, steps: &[usize]) {
        for &number in steps {
            node = self.add(node, order.steps[number].planned(), State::Guided);
        }
        self.nodes[node].state = State::Leaf;
        self.leaves.insert(self.ranks(node), node);
        self.keep(node);
    }
}
