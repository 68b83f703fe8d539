//! A part that a worker is to search, and what it has told of itself to those who wait.

use std::sync::Arc;

use super::part_result::PartResult;
use crate::progress::Meter;
use crate::search::{Extent, Part};

/// A part that a worker is to search.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) search: Box<dyn Part>,
    pub(super) part_result: Arc<PartResult>,
    /// Whether nothing that is left of it matters.
    pub(super) is_done: bool,
    pub(super) told: ReportedProgress,
}

/// What was told so far: only what is new is told next.
#[derive(Debug, Default)]
pub(super) struct ReportedProgress {
    executions: u64,
    share: f64,
}

impl Job {
    /// Tells how far this part is. To be called between its executions, when the search has moved
    /// on to the next, or `is_over`.
    #[cold]
    pub(super) fn tell(&mut self, meter: &Meter, is_over: bool) {
        let executions = self.part_result.findings().tally.total();
        let share = self.measure(executions, meter, is_over);
        meter.add(executions - self.told.executions, share - self.told.share);
        self.told = ReportedProgress { executions, share };
    }

    /// The share of the tree that is done; nothing if the number of executions is all that there is
    /// to tell.
    fn measure(&self, executions: u64, meter: &Meter, is_over: bool) -> f64 {
        let tree = meter.tree();
        let Some(progress) = self.search.progress(self.part_result.order(), tree) else {
            return 0.0;
        };
        if tree.is_some() {
            // If the multinomial is right, the number of executions so far equals the rank of the
            // current leaf. If not, the hypothesis is wrong.
            let rank = |it: Extent<u128>| it.before + if is_over { it.within } else { 0 };
            if progress.leaves.map(rank) != Some(u128::from(executions)) {
                meter.contradict();
            }
        }
        let share = progress.share;
        share.before + if is_over { share.within } else { 0.0 }
    }
}
