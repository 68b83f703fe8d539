//! A schedule that may fail, and its size.

use crate::operation::ThreadId;

/// A schedule, by threads. The smaller of two has fewer preemptions, or else fewer steps, or else
/// comes first in exploration order: the derived order compares the fields in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Candidate {
    preemptions: usize,
    length: usize,
    pub(super) threads: Vec<ThreadId>,
}

impl Candidate {
    pub(super) fn new(preemptions: usize, threads: Vec<ThreadId>) -> Self {
        Candidate {
            preemptions,
            length: threads.len(),
            threads,
        }
    }

    /// Larger than every schedule.
    pub(super) fn largest() -> Self {
        Candidate {
            preemptions: usize::MAX,
            length: usize::MAX,
            threads: Vec::new(),
        }
    }

    /// Whether a schedule of this many preemptions and steps may be smaller than this one.
    pub(super) fn may_exceed(&self, preemptions: usize, length: usize) -> bool {
        (preemptions, length) <= (self.preemptions, self.length)
    }
}
