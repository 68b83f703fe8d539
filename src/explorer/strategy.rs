//! Which schedules an explorer runs, as its user says it.

use super::Explorer;
use crate::strategy::Strategy;

impl<S: Send + Sync + 'static> Explorer<S> {
    /// Runs the schedules that this strategy says. Default: `INTERLACE_STRATEGY`, or every schedule.
    ///
    /// ```
    /// use interlace::{Explorer, Strategy, marker};
    ///
    /// let body = |(): &()| (0..10).for_each(|_| marker!("step"));
    /// let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    /// let report = explorer.strategy(Strategy::Preemptions(1)).explore();
    /// // Two without a preemption; with one, either thread is interrupted after 1 to 9 steps.
    /// assert_eq!(report.schedules(), 2 + 2 * 9);
    /// ```
    pub fn strategy(mut self, strategy: Strategy) -> Self {
        self.settings.strategy = Some(strategy);
        self
    }

    /// Samples with this seed. Default: `INTERLACE_SEED`, or 0.
    ///
    /// The same seed gives the same executions, another others. A report of a sample says which
    /// seed it had.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = Some(seed);
        self
    }
}
