//! Uniform over the orders of some steps, a random walk over the rest.
//!
//! The selectively uniform random walk of Zhao and others, "Selectively Uniform Concurrency
//! Testing" (ASPLOS 2025, section 4). Of all steps, those that touch one object are selected, another
//! for each execution. Before one of them may be taken, the thread that takes the next of them is
//! drawn, in proportion to how many each has left; until it has come there the others wait where
//! they would take one.
//!
//! Where markers do not declare what is touched, those at one marker are selected: they most likely
//! touch the same.

use fastrand::Rng;
use itertools::Itertools as _;

use super::counts::at;
use super::objects::Recognition;
use super::walk::{below, weighted};
use super::{Draw, Profile};
use crate::operation::{Pending, SchedulingPoint, ThreadId};
use crate::site::MarkerId;

#[derive(Debug)]
pub(super) struct Surw {
    selected: Selected,
    /// How many selected steps of each thread are left.
    left: Vec<usize>,
    /// The thread that takes the next selected step, once it is drawn.
    intended: Option<ThreadId>,
}

/// Which steps are selected.
#[derive(Debug)]
pub(super) enum Selected {
    All,
    Marker(MarkerId),
    Object(Recognition),
}

impl Surw {
    /// Selects one of the objects that several threads touch, or of the markers that declare nothing.
    pub(super) fn new(profile: &Profile, rng: &mut Rng) -> Self {
        let markers = &profile.markers;
        let contested = profile.objects.iter().filter(|it| it.is_contested());
        let contested: Vec<_> = contested.collect();
        let count = markers.len() + contested.len();
        if count == 0 {
            return Self::selecting(Selected::All, Vec::new());
        }
        let drawn = below(count, rng);
        if let Some((marker, threads)) = markers.get(drawn) {
            return Self::selecting(Selected::Marker(*marker), threads.clone());
        }
        let object = contested[drawn - markers.len()];
        let recognition = Recognition::of(object);
        Self::selecting(Selected::Object(recognition), object.threads.clone())
    }

    /// Selects these steps, of which each thread has as many as `left` says.
    pub(super) fn selecting(selected: Selected, left: Vec<usize>) -> Self {
        Surw {
            selected,
            left,
            intended: None,
        }
    }

    /// Draws the thread that takes the next selected step. `is_selected` says of each enabled entry
    /// whether it is one.
    fn intend(&mut self, point: &SchedulingPoint<'_>, is_selected: &[bool], rng: &mut Rng) {
        let threads = point.enabled.iter().zip(is_selected);
        let weights: Vec<usize> = threads
            .map(|(ready, &is_selected)| {
                let left = *at(&mut self.left, ready.thread.index());
                // A thread that is about to take a selected step has at least that one left.
                left.max(usize::from(is_selected))
            })
            .collect();
        self.intended = Some(point.enabled[weighted(&weights, rng)].thread);
    }

    /// The indices of the enabled entries that need not wait for the intended thread.
    fn free(&self, enabled: &[Pending], is_selected: &[bool]) -> Vec<usize> {
        let threads = enabled.iter().zip(is_selected);
        threads
            .positions(|(ready, &is_selected)| !is_selected || self.intended == Some(ready.thread))
            .collect()
    }
}

impl Selected {
    /// Whether each of the enabled entries is a selected step.
    fn among(&self, point: &SchedulingPoint<'_>) -> Vec<bool> {
        let each = point.enabled.iter();
        match self {
            Selected::All => vec![true; point.enabled.len()],
            Selected::Marker(marker) => each.map(|it| *marker == it.operation.name()).collect(),
            Selected::Object(object) => object.touching(point),
        }
    }
}

impl Draw for Surw {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let is_selected = self.selected.among(point);
        if self.intended.is_none() && is_selected.contains(&true) {
            self.intend(point, &is_selected, rng);
        }
        let mut free = self.free(point.enabled, &is_selected);
        if free.is_empty() {
            // The intended thread has ended without a selected step, or cannot go on.
            self.intend(point, &is_selected, rng);
            free = self.free(point.enabled, &is_selected);
        }
        let choice = free[below(free.len(), rng)];
        let taken = point.enabled[choice];
        if is_selected[choice] {
            let left = at(&mut self.left, taken.thread.index());
            *left = left.saturating_sub(1);
            self.intended = None;
        }
        if let Selected::Object(object) = &mut self.selected {
            object.count(point, taken);
        }
        choice
    }
}
