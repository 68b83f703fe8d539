//! Every complete schedule as likely as any other.
//!
//! A thread goes next with a probability proportional to the steps it has left: URW, the uniform
//! random walk of Zhao and others, "Selectively Uniform Concurrency Testing" (ASPLOS 2025,
//! section 3). Where thread t has c of the r steps that are left, the probability of a schedule is
//! the product of all c over the product of all r: the same for all. That is exact if each thread
//! has as many steps as the profile says, whatever the schedule, and waits for none.

use fastrand::Rng;

use super::counts::at;
use super::walk::weighted;
use super::{Draw, Profile};
use crate::operation::SchedulingPoint;

#[derive(Debug)]
pub(super) struct Uniform {
    /// How many steps of each thread are left.
    left: Vec<usize>,
    weights: Vec<usize>,
    /// Whether the threads have had the steps that were expected, so far.
    is_exact: bool,
}

impl Uniform {
    pub(super) fn new(profile: &Profile) -> Self {
        Uniform {
            left: profile.threads.clone(),
            weights: Vec::new(),
            is_exact: profile.steps > 0,
        }
    }
}

impl Draw for Uniform {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let live = self.left.iter().filter(|&&left| left > 0).count();
        let mut as_expected = 0;
        self.weights.clear();
        for ready in point.enabled {
            let left = *at(&mut self.left, ready.thread.index());
            as_expected += usize::from(left > 0);
            // A thread with more steps than expected must be able to go on, too.
            self.weights.push(left.max(1));
        }
        self.is_exact &= live == point.enabled.len() && as_expected == live;
        let choice = weighted(&self.weights, rng);
        let left = at(&mut self.left, point.enabled[choice].thread.index());
        *left = left.saturating_sub(1);
        choice
    }

    fn was_uniform(&self) -> bool {
        self.is_exact && self.left.iter().all(|&left| left == 0)
    }
}
