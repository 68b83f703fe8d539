//! A schedule that may fail, and its size.

use crate::operation::Way;

/// A schedule, by ways. The smaller of two has fewer preemptions, or else fewer steps, or else
/// comes first in exploration order: the derived order compares the fields in this order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Candidate {
    preemptions: usize,
    length: usize,
    pub(super) ways: Vec<Way>,
}

impl Candidate {
    pub(super) fn new(preemptions: usize, ways: Vec<Way>) -> Self {
        Candidate {
            preemptions,
            length: ways.len(),
            ways,
        }
    }

    /// Larger than every schedule.
    pub(super) fn largest() -> Self {
        Candidate {
            preemptions: usize::MAX,
            length: usize::MAX,
            ways: Vec::new(),
        }
    }

    /// Whether a schedule of this many preemptions and steps may be smaller than this one.
    pub(super) fn may_exceed(&self, preemptions: usize, length: usize) -> bool {
        (preemptions, length) <= (self.preemptions, self.length)
    }
}
