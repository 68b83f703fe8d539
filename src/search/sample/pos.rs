//! Random priorities that change where steps conflict.
//!
//! The partial order sampling of Yuan, Yang and Gu, "Partial Order Aware Concurrency Sampling"
//! (CAV 2018, section 4). The thread with the highest priority goes next; then it, and every
//! thread whose next step conflicts with the one taken, get new priorities. The others keep theirs,
//! so that executions which differ only in the order of steps that do not conflict share their
//! chances.

use fastrand::Rng;

use super::Draw;
use super::walk::among_own;
use crate::operation::{Pending, SchedulingPoint};

/// Whether two pending steps conflict: whether both touch some object and at least one writes it.
///
/// Where one of them may touch anything, only steps at the same marker conflict: they most likely
/// touch the same data. If it conflicted with all, all priorities would be drawn anew at each step,
/// and this would be the random walk. Conflicts that are missed make no schedule impossible, since a
/// thread gets a new priority after each of its steps.
fn conflict(point: &SchedulingPoint<'_>, one: Pending, other: Pending) -> bool {
    let (Some(mut touched), Some(others)) = (point.touched(one), point.touched(other)) else {
        return one.operation.name() == other.operation.name();
    };
    touched.any(|(object, is_write)| {
        let mut others = others.clone();
        others.any(|(other, writes)| (is_write || writes) && object.meets(other))
    })
}

#[derive(Debug, Default)]
pub(super) struct Pos {
    /// The priority of each thread; those without draw one when they are next ready.
    priorities: Vec<Option<u64>>,
}

impl Draw for Pos {
    fn choose(&mut self, point: &SchedulingPoint<'_>, rng: &mut Rng) -> usize {
        let mut highest = (0, 0);
        for (index, ready) in point.enabled.iter().enumerate() {
            let thread = ready.thread.index();
            if self.priorities.len() <= thread {
                self.priorities.resize(thread + 1, None);
            }
            let priority = *self.priorities[thread].get_or_insert_with(|| rng.u64(..));
            if index == 0 || priority > highest.1 {
                highest = (index, priority);
            }
        }
        let choice = among_own(point.enabled, highest.0, rng);
        let step = point.enabled[choice];
        for ready in point.enabled {
            if ready.thread == step.thread || conflict(point, *ready, step) {
                self.priorities[ready.thread.index()] = None;
            }
        }
        choice
    }
}
