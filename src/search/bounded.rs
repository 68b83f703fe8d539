//! Every execution with a given number of preemptions, depth first.
//!
//! With the numbers 0, 1, 2, … in turn this is the search of Musuvathi and Qadeer, "Iterative
//! Context Bounding for Systematic Testing of Multithreaded Programs" (PLDI 2007, section 2).
//! They keep the branches that cost one preemption more for the next round, which takes memory for
//! each; here every round begins anew and comes through the executions of the rounds before it
//! again, which takes time for those and no memory.

use super::{DepthFirst, Mismatch, Point, Search};

/// Depth-first search that takes the turn from a thread that could go on at most so many times.
/// Of the executions that it runs, those with exactly so many preemptions count.
#[derive(Debug)]
pub(crate) struct Bounded {
    /// Sees only the choices that are allowed.
    tree: DepthFirst,
    preemptions: usize,
    /// How many preemptions there were up to each choice of the execution under way.
    spent: Vec<usize>,
    /// Whether a choice was not allowed.
    leaves_out: bool,
}

impl Bounded {
    pub(crate) fn new(preemptions: usize) -> Self {
        Bounded {
            tree: DepthFirst::default(),
            preemptions,
            spent: Vec::new(),
            leaves_out: false,
        }
    }

    pub(crate) fn mismatch(&self) -> Option<&Mismatch> {
        self.tree.mismatch()
    }

    pub(crate) fn choices(&self) -> Vec<usize> {
        self.tree.choices()
    }

    pub(crate) fn repeated(&self) -> usize {
        self.tree.repeated()
    }

    /// As [`DepthFirst::split`].
    pub(crate) fn split(&mut self) -> Option<Self> {
        let tree = self.tree.split()?;
        Some(Bounded {
            tree,
            preemptions: self.preemptions,
            spent: Vec::new(),
            leaves_out: false,
        })
    }

    /// Whether the execution that has ended has as many preemptions as this search is about.
    pub(crate) fn counts(&self) -> bool {
        self.spent.last().copied().unwrap_or(0) == self.preemptions
    }

    /// Whether there are executions with more preemptions than were allowed.
    pub(crate) fn leaves_out(&self) -> bool {
        self.leaves_out
    }
}

impl Search for Bounded {
    fn begin(&mut self) -> bool {
        let has_next = self.tree.begin();
        // Nobody asks again for the choices that are repeated.
        self.spent.truncate(self.tree.repeated());
        has_next
    }

    fn choose(&mut self, point: &Point<'_>) -> Option<usize> {
        self.spent.truncate(point.step);
        let spent = self.spent.last().copied().unwrap_or(0);
        let only = point.last_ready().filter(|_| spent == self.preemptions);
        let choice = if let Some(only) = only {
            self.leaves_out |= point.ready.len() > 1;
            let allowed = Point {
                ready: &point.ready[only..=only],
                ..*point
            };
            self.tree.choose(&allowed).map(|_| only)
        } else {
            self.tree.choose(point)
        }?;
        self.spent.push(spent + usize::from(point.preempts(choice)));
        Some(choice)
    }

    fn end(&mut self, steps: usize) {
        self.tree.end(steps);
    }
}
