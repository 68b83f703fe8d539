//! The tree that all parts of a reduced search extend: which executions have been run, and which are to
//! be.

use std::collections::BTreeMap;

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
    /// The numbers of the steps.
    pub(super) steps: Vec<usize>,
}

/// What has become of a reversal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inserted {
    /// It is planned, or its class is.
    Done,
    /// That depends on what a thread does after `node`, which was not seen in its execution: there, it had
    /// come to another place. The `steps` are left of it. The node is kept until it is
    /// [finished](Tree::finish).
    Unknown { node: NodeId, steps: Vec<usize> },
}

impl Tree {
    /// One execution is to be run, of which nothing is planned.
    pub(super) fn new() -> Self {
        let mut tree = Tree {
            nodes: Vec::new(),
            unused: Vec::new(),
            leaves: BTreeMap::new(),
            has_aborted: false,
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
    pub(super) fn pass(&mut self, nodes: &[NodeId], has_aborted: bool) {
        for node in nodes {
            self.nodes[*node].aborts.get_or_insert(false);
        }
        if let Some(last) = nodes.last().filter(|_| has_aborted) {
            self.nodes[*last].aborts = Some(true);
            self.has_aborted = true;
        }
    }

    /// Whether the step to `node` may end the execution: where that is not known, as far as any did.
    pub(super) fn may_abort(&self, node: NodeId) -> bool {
        self.nodes[node].aborts.unwrap_or(self.has_aborted)
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
    pub(super) fn insert(&mut self, reversal: Reversal<'_>) -> Inserted {
        let Reversal {
            order,
            depth,
            at,
            taken,
            mut steps,
        } = reversal;
        let reversed = taken.and_then(|_| steps.last().copied());
        let all = steps.clone();
        let sequence = Sequence::new(depth, &all, reversed);
        let mut descent = Descent {
            reversed,
            ..Descent::default()
        };
        let mut node = at;
        'down: loop {
            let mut is_before_taken = node == at && taken.is_some();
            let mut next = self.nodes[node].first_child;
            while let Some(child) = next {
                next = self.nodes[child].next;
                if node == at && Some(child) == taken {
                    is_before_taken = false;
                    continue;
                }
                let Some(step) = self.nodes[child].step else {
                    continue;
                };
                // One that has not been run, and turns out to abort, races with what was pending then.
                let can_begin = if self.nodes[child].aborts == Some(true) {
                    let is_own = |it: &usize| order.steps[*it].thread == step.thread;
                    Some(steps.first().is_some_and(is_own))
                } else {
                    descent.can_begin_with(step.thread, order, sequence, &steps)
                };
                match can_begin {
                    None => {
                        self.keep(node);
                        return Inserted::Unknown { node, steps };
                    }
                    Some(false) => continue,
                    Some(true) if is_before_taken => return Inserted::Done,
                    Some(true) if self.nodes[child].state != State::Guided => {
                        return Inserted::Done;
                    }
                    Some(true) => {}
                }
                descent.pass(step.thread, order, &mut steps);
                if steps.is_empty() {
                    return Inserted::Done;
                }
                node = child;
                continue 'down;
            }
            self.plan(node, order, &steps);
            return Inserted::Done;
        }
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

    /// An execution through `node` is to be run, or to be looked at.
    pub(super) fn keep(&mut self, node: NodeId) {
        let path: Vec<NodeId> = self.upwards(node).collect();
        for node in path {
            self.nodes[node].open += 1;
        }
    }

    /// An execution through `node` has ended, and all that was found in it is planned. Forgets what no later
    /// insertion can meet.
    pub(super) fn finish(&mut self, node: NodeId) {
        let path: Vec<NodeId> = self.upwards(node).collect();
        for node in &path {
            self.nodes[*node].open -= 1;
        }
        let mut is_leftmost = None;
        for node in path {
            if self.nodes[node].open > 0 {
                return;
            }
            if self.nodes[node].state == State::Guided {
                // It covers what is below it only when no execution further left can add to it.
                let is_final = *is_leftmost.get_or_insert_with(|| self.is_leftmost(node));
                if !is_final && !Mutant::FinishedIsCovered.is_on() {
                    return;
                }
                self.nodes[node].state = State::Free;
            }
            self.forget_children(node);
        }
    }

    /// Whether all executions to the left of `node` have ended.
    fn is_leftmost(&self, node: NodeId) -> bool {
        self.upwards(node).filter(|it| *it != ROOT).all(|it| {
            let mut before = self
                .children(self.nodes[it].parent)
                .take_while(|other| *other != it);
            before.all(|other| self.nodes[other].open == 0)
        })
    }

    fn forget_children(&mut self, node: NodeId) {
        let mut left: Vec<NodeId> = self.children(node).collect();
        self.nodes[node].first_child = None;
        self.nodes[node].last_child = None;
        while let Some(child) = left.pop() {
            left.extend(self.children(child));
            self.nodes[child].first_child = None;
            self.unused.push(child);
        }
    }
}

/// What has been passed of a reversal on the way down.
#[derive(Debug, Default)]
struct Descent {
    /// The threads that have taken steps of it, once for each.
    matched: Vec<Identity>,
    /// The threads that have come to where the execution of the reversal has not seen them.
    strayed: Vec<Identity>,
    /// The step that now comes before what it raced with. What its thread does next may depend on that.
    reversed: Option<usize>,
}

impl Descent {
    /// Whether what is `left` can begin with the next step of `thread`; nothing if that was not seen in `order`.
    fn can_begin_with(
        &self,
        thread: Identity,
        order: &HappensBefore,
        sequence: Sequence<'_>,
        left: &[usize],
    ) -> Option<bool> {
        let own = self.matched.iter().filter(|it| **it == thread);
        let next = order.nth_of(thread, sequence.depth, own.count());
        let is_known = next.is_some() && !self.strayed.contains(&thread);
        let is_at_start = self.matched.is_empty() && self.strayed.is_empty();
        if is_known || is_at_start || Mutant::NobodyStrays.is_on() {
            Some(order.is_weak_initial(thread, next, left, sequence))
        } else {
            None
        }
    }

    fn pass(&mut self, thread: Identity, order: &HappensBefore, steps: &mut Vec<usize>) {
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
