//! Uniform over the orders of some steps, a random walk over the rest.
//!
//! The selectively uniform random walk of Zhao and others, "Selectively Uniform Concurrency
//! Testing" (ASPLOS 2025, section 4). Of all steps, those at one marker are selected, another for
//! each execution. Before one of them may be taken, the thread that takes the next of them is
//! drawn, in proportion to how many each has left; until it has come there the others wait where
//! they would take one.

use fastrand::Rng;
use itertools::Itertools as _;

use super::walk::{below, weighted};
use super::{Draw, Profile};
use crate::operation::{Pending, SchedulingPoint, ThreadId};
use crate::search::sample::profile::at;
use crate::site::MarkerId;

#[derive(Debug)]
pub(super) struct Surw {
    /// The marker of the selected steps; `None` if all steps are selected.
    selected: Option<MarkerId>,
    /// How many selected steps of each thread are left.
    left: Vec<usize>,
    /// The thread that takes the next selected step, once it is drawn.
    intended: Option<ThreadId>,
    /// The indices of the enabled threads that need not wait.
    free: Vec<usize>,
}

impl Surw {
    pub(super) fn new(profile: &Profile, rng: &mut Rng) -> Self {
        let markers = &profile.markers;
        let selected = (!markers.is_empty()).then(|| below(markers.len(), rng));
        Self::selecting(selected.map(|selected| &markers[selected]))
    }

    /// Selects the steps at one marker, given with the number that each thread has.
    pub(super) fn selecting(selected: Option<&(MarkerId, Vec<usize>)>) -> Self {
        Surw {
            selected: selected.map(|(marker, _)| *marker),
            left: selected.map_or_else(Vec::new, |(_, threads)| threads.clone()),
            intended: None,
            free: Vec::new(),
        }
    }

    fn is_selected(&self, ready: Pending) -> bool {
        self.selected
            .is_none_or(|marker| marker == ready.operation.name())
    }

    /// Finds the enabled threads that need not wait for the intended one.
    fn find_free(&mut self, threads: &[Pending]) {
        let (selected, intended) = (self.selected, self.intended);
        let is_free = |ready: &Pending| {
            selected.is_some_and(|marker| marker != ready.operation.name())
                || intended == Some(ready.thread)
        };
        self.free.clear();
        let indices = threads.iter().positions(is_free);
        self.free.extend(indices);
    }

    /// Draws the thread that takes the next selected step, among `threads`.
    fn intend(&mut self, threads: &[Pending], rng: &mut Rng) {
        let weights: Vec<usize> = threads
            .iter()
            .map(|ready| {
                let left = *at(&mut self.left, ready.thread.index());
                // A thread that is about to take a selected step has at least that one left.
                left.max(usize::from(self.is_selected(*ready)))
            })
            .collect();
        self.intended = Some(threads[weighted(&weights, rng)].thread);
    }
}

impl Draw for Surw {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let is_next = point.enabled.iter().any(|ready| self.is_selected(*ready));
        if is_next && self.intended.is_none() {
            self.intend(point.enabled, rng);
        }
        self.find_free(point.enabled);
        if self.free.is_empty() {
            // The intended thread has ended without a selected step, or cannot go on.
            self.intend(point.enabled, rng);
            self.find_free(point.enabled);
        }
        let choice = self.free[below(self.free.len(), rng)];
        let taken = point.enabled[choice];
        if self.is_selected(taken) {
            let left = at(&mut self.left, taken.thread.index());
            *left = left.saturating_sub(1);
            self.intended = None;
        }
        choice
    }
}
