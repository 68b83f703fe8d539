//! How much of its tree a search has done, and how many leaves the tree has in all.
//!
//! There are two measures of a path. The *share* splits each node's interval evenly among its
//! children: what lies left of the path is the share that is done, in any tree, and leaves done /
//! share done estimates the number of leaves (Kilby, Slaney, Thiébaux and Walsh, "Estimating search
//! tree size", 2006, after Knuth, "Estimating the efficiency of backtrack programs", 1975). The
//! *multinomial* knows how many leaves each child has, and is exact as long as every thread takes
//! the same number of steps whatever the schedule.

use crate::operation::{Event, Pending};
use crate::permutations::Counts;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Fork<'a> {
    /// The threads that could go on.
    pub(crate) enabled: &'a [Pending],
    /// The choice with which the search began here.
    pub(crate) from: usize,
    /// The choice that the path takes.
    pub(crate) chosen: usize,
}

/// How much of a tree lies before a path, and how much below its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent<T> {
    /// From where the search began to the path.
    pub(crate) before: T,
    /// Below the end of the path.
    pub(crate) within: T,
}

/// How far a search is on its way through a tree.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progress {
    /// In shares of the whole tree.
    pub(crate) share: Extent<f64>,
    /// In leaves of the supposed tree; `None` if that has no such path.
    pub(crate) leaves: Option<Extent<u128>>,
}

/// The extent in shares of the whole tree: each node splits its own evenly among its children.
pub(crate) fn share<'a>(forks: impl IntoIterator<Item = Fork<'a>>) -> Extent<f64> {
    let (mut before, mut within) = (0.0, 1.0);
    for fork in forks {
        within /= count(fork.enabled.len());
        before += count(fork.chosen - fork.from) * within;
    }
    Extent { before, within }
}

/// Estimates how many leaves a tree has, given the number of `leaves` in this `share` of it.
pub(crate) fn estimate(leaves: u64, share: f64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "an estimate")]
    let leaves = leaves as f64;
    (share > 0.0).then(|| leaves / share)
}

#[allow(clippy::cast_precision_loss, reason = "numbers of threads are small")]
fn count(threads: usize) -> f64 {
    threads as f64
}

pub(super) fn steps_of_each(execution: &[Event]) -> Vec<usize> {
    let mut steps = Vec::new();
    for event in execution {
        let thread = event.thread.index();
        if steps.len() <= thread {
            steps.resize(thread + 1, 0);
        }
        steps[thread] += 1;
    }
    steps
}

/// The tree of threads that each take a fixed number of steps, whatever the schedule.
///
/// A hypothesis made after one execution, which holds until something contradicts it.
#[derive(Debug)]
pub(crate) struct Multinomial {
    steps: Vec<usize>,
    pub(crate) leaves: u128,
}

impl Multinomial {
    /// The tree in which every execution takes the steps of this one, in any order; `None` if the
    /// number of its leaves does not fit a `u128`.
    pub(crate) fn supposed(execution: &[Event]) -> Option<Self> {
        let steps = steps_of_each(execution);
        let leaves = steps.iter().copied().collect::<Counts>().orders()?;
        Some(Multinomial { steps, leaves })
    }

    /// The extent in leaves; `None` if this tree has no such path.
    pub(crate) fn extent<'a>(
        &self,
        forks: impl IntoIterator<Item = Fork<'a>>,
    ) -> Option<Extent<u128>> {
        let mut left = self.steps.clone();
        let (mut before, mut within) = (0, self.leaves);
        for fork in forks {
            let all = left.iter().sum();
            let live = left.iter().filter(|&&steps| steps > 0).count();
            if fork.enabled.len() != live {
                return None;
            }
            // A child has the share of the node that its thread has of the steps left.
            let mut below = |choice: usize| {
                let steps = left.get_mut(fork.enabled[choice].thread.index())?;
                let leaves = Counts::part(within, *steps, all);
                if choice == fork.chosen {
                    *steps = steps.checked_sub(1)?;
                }
                leaves
            };
            for choice in fork.from..fork.chosen {
                before += below(choice)?;
            }
            within = below(fork.chosen)?;
        }
        Some(Extent { before, within })
    }
}

#[cfg(test)]
mod tests;
