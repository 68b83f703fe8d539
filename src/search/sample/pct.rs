//! Random priorities that change at a few random steps.
//!
//! The probabilistic concurrency testing of Burckhardt, Kothari, Musuvathi and Nagarakatti, "A
//! Randomized Scheduler with Probabilistic Guarantees of Finding Bugs" (ASPLOS 2010, section 3).
//! With n threads and k steps, a bug of depth d (one that d orderings between steps bring about)
//! is found by an execution with a probability of at least 1 / (n · k^(d-1)).

use fastrand::Rng;

use super::walk::among_own;
use super::{Draw, Profile};
use crate::operation::SchedulingPoint;

/// The bit that initial priorities have, and later ones do not.
const INITIAL: u64 = 1 << 63;

#[derive(Debug)]
pub(super) struct Pct {
    /// The priority of each thread, drawn when it is first ready.
    priorities: Vec<Option<u64>>,
    /// At which steps the thread that would go next gets a priority below all initial ones: its
    /// index here, so that a later change may be above or below an earlier one.
    changes: Vec<u64>,
}

impl Pct {
    pub(super) fn new(depth: usize, profile: &Profile, rng: &mut Rng) -> Self {
        let steps = profile.steps as u64;
        // More changes than steps change nothing.
        let changes = match steps {
            0 | 1 => 0,
            _ => depth.saturating_sub(1).min(profile.steps),
        };
        Pct {
            priorities: Vec::new(),
            changes: (0..changes).map(|_| rng.u64(1..steps)).collect(),
        }
    }

    /// The index of the ready thread with the highest priority.
    fn highest(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let mut highest = (0, 0);
        for (index, ready) in point.enabled.iter().enumerate() {
            let thread = ready.thread.index();
            if self.priorities.len() <= thread {
                self.priorities.resize(thread + 1, None);
            }
            let priority = self.priorities[thread].get_or_insert_with(|| rng.u64(..) | INITIAL);
            if index == 0 || *priority > highest.1 {
                highest = (index, *priority);
            }
        }
        highest.0
    }
}

impl Draw for Pct {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let mut choice = self.highest(point, rng);
        for (priority, change) in (0..).zip(0..self.changes.len()) {
            if self.changes[change] == point.step as u64 {
                self.priorities[point.enabled[choice].thread.index()] = Some(priority);
                choice = self.highest(point, rng);
            }
        }
        among_own(point.enabled, choice, rng)
    }
}
