//! What the job of a worker has told of itself to those who wait.

use super::work_queue::Job;
use crate::progress::Meter;
use crate::search::{DepthFirst, Part, share};

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
        let executions = self.segment.findings().tally.total();
        let share = match &self.search {
            Part::DepthFirst(search) => self.measure(search, executions, meter, is_over),
            // The number of executions is all there is to tell.
            Part::Bounded(_) | Part::Sample(_) => 0.0,
        };
        meter.add(executions - self.told.executions, share - self.told.share);
        self.told = ReportedProgress { executions, share };
    }

    /// The share of the tree that is done.
    fn measure(&self, search: &DepthFirst, executions: u64, meter: &Meter, is_over: bool) -> f64 {
        let began = self.segment.order();
        let extent = search.extent();
        let extent = extent.unwrap_or_else(|| share(search.forks(began)));
        if let Some(tree) = meter.tree() {
            // The executions so far have numbers: if one were too few or too many, they would not
            // come out even.
            let extent = tree.extent(search.forks(began));
            let run = extent.map(|it| it.before + if is_over { it.within } else { 0 });
            if run != Some(u128::from(executions)) {
                meter.contradict();
            }
        }
        extent.before + if is_over { extent.within } else { 0.0 }
    }
}
