//! Uniform over the orders of some steps, with random priorities for the rest.
//!
//! The selectively uniform random walk of Zhao and others, "Selectively Uniform Concurrency
//! Testing" (ASPLOS 2025, section 4). Of all steps, those at one marker are selected, another for
//! each execution. Before one of them may be taken, the thread that takes the next of them is
//! drawn, in proportion to how many each has left; until it has come there the others wait where
//! they would take one.

use fastrand::Rng;

use super::walk::{below, weighted};
use super::{Draw, Profile};
use crate::search::sample::profile::at;
use crate::search::{Point, Ready, ThreadId};
use crate::site::MarkerId;

#[derive(Debug)]
pub(super) struct Surw {
    /// The marker of the selected steps; without one, all steps are.
    selected: Option<MarkerId>,
    /// How many selected steps of each thread are left.
    left: Vec<usize>,
    /// The thread that takes the next selected step, once it is drawn.
    intended: Option<ThreadId>,
    /// Of each thread, from when it is first ready.
    priorities: Vec<Option<u64>>,
}

impl Surw {
    pub(super) fn new(profile: &Profile, rng: &mut Rng) -> Self {
        let markers = profile.markers();
        let selected = (!markers.is_empty()).then(|| &markers[below(markers.len(), rng)]);
        Surw {
            selected: selected.map(|(marker, _)| *marker),
            left: selected.map_or_else(Vec::new, |(_, threads)| threads.clone()),
            intended: None,
            priorities: Vec::new(),
        }
    }

    fn is_selected(&self, ready: Ready) -> bool {
        self.selected.is_none_or(|marker| marker == ready.marker)
    }

    /// The ready threads, highest priority first.
    fn by_priority(&mut self, point: &Point<'_>, rng: &mut Rng) -> Vec<usize> {
        let mut order = Vec::with_capacity(point.ready.len());
        for (index, ready) in point.ready.iter().enumerate() {
            let thread = ready.thread.index();
            if self.priorities.len() <= thread {
                self.priorities.resize(thread + 1, None);
            }
            let priority = *self.priorities[thread].get_or_insert_with(|| rng.u64(..));
            order.push((priority, index));
        }
        order.sort_unstable_by(|a, b| b.cmp(a));
        order.into_iter().map(|(_, index)| index).collect()
    }

    /// Draws the thread that takes the next selected step, among `threads`.
    fn intend(&mut self, threads: &[Ready], rng: &mut Rng) {
        let weights: Vec<usize> = threads
            .iter()
            .map(|ready| {
                let left = *at(&mut self.left, ready.thread.index());
                // One that is about to take such a step has at least that one left.
                left.max(usize::from(self.is_selected(*ready)))
            })
            .collect();
        self.intended = Some(threads[weighted(&weights, rng)].thread);
    }
}

impl Draw for Surw {
    fn choose(&mut self, point: &Point<'_>, rng: &mut Rng) -> usize {
        let order = self.by_priority(point, rng);
        // The one that was drawn may have ended without a selected step, or wait for another
        // thread, while all who could go on wait for it: then another is drawn.
        let waits = |surw: &Self| {
            let is_free =
                |ready: &Ready| !surw.is_selected(*ready) || surw.intended == Some(ready.thread);
            !point.ready.iter().any(is_free)
        };
        let is_next = point.ready.iter().any(|ready| self.is_selected(*ready));
        if is_next && (self.intended.is_none() || waits(self)) {
            self.intend(point.ready, rng);
        }
        // If all wait even so, the one drawn is not there yet; then it could go on, being ready.
        let is_free = |&&index: &&usize| {
            let ready = point.ready[index];
            !self.is_selected(ready) || self.intended == Some(ready.thread)
        };
        let choice = order.iter().find(is_free).copied().unwrap_or(order[0]);
        let taken = point.ready[choice];
        if self.is_selected(taken) {
            let left = at(&mut self.left, taken.thread.index());
            *left = left.saturating_sub(1);
            self.intended = None;
        }
        choice
    }
}
