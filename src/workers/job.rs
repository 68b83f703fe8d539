//! A part that a worker is to search, and the progress that it has reported.

use std::sync::Arc;

use super::part_result::PartResult;
use crate::progress::Meter;
use crate::search::{Decided, Extent, Part};

#[derive(Debug)]
pub(super) struct Job {
    pub(super) search: Box<dyn Part>,
    pub(super) part_result: Arc<PartResult>,
    /// Whether the rest of it no longer matters.
    pub(super) is_done: bool,
    /// Whether it is known what goes on with it.
    pub(super) is_decided: bool,
    reported: ReportedProgress,
}

/// The progress reported so far, so that only the difference is reported next.
#[derive(Debug, Default)]
struct ReportedProgress {
    executions: u64,
    share: f64,
}

impl Job {
    pub(super) fn new(search: Box<dyn Part>) -> Self {
        Job {
            part_result: Arc::new(PartResult::new(&*search)),
            search,
            is_done: false,
            is_decided: false,
            reported: ReportedProgress::default(),
        }
    }

    /// An execution of the part has ended.
    #[cold]
    pub(super) fn decide(&mut self) {
        match self.search.decided() {
            Decided::Yes => self.is_decided = true,
            Decided::By(search) => self.search = search,
            Decided::NotYet => {}
        }
    }

    /// Reports progress to `meter`. To be called between executions: when the search has moved on
    /// to the next one, or `is_over`.
    #[cold]
    pub(super) fn report(&mut self, meter: &Meter, is_over: bool) {
        let executions = self.part_result.findings().tally.total();
        let share = self.measure(executions, meter, is_over);
        let before = &self.reported;
        meter.add(executions - before.executions, share - before.share);
        self.reported = ReportedProgress { executions, share };
    }

    /// The share of the tree that is done; 0 if the search cannot tell.
    fn measure(&self, executions: u64, meter: &Meter, is_over: bool) -> f64 {
        let tree = meter.tree();
        let Some(progress) = self.search.progress(&self.part_result.order, tree) else {
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
