//! What the tree forgets: what no later insertion can meet.

use super::{Mutant, NodeId, ROOT, State, Tree};

impl Tree {
    /// An execution through `node` is to be run, or to be looked at.
    pub(in super::super) fn keep(&mut self, node: NodeId) {
        let path: Vec<NodeId> = self.upwards(node).collect();
        for node in path {
            self.nodes[node].open += 1;
        }
    }

    /// An execution through `node` has ended, and all that was found in it is planned. Forgets what no later
    /// insertion can meet.
    pub(in super::super) fn finish(&mut self, node: NodeId) {
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
