//! What is known of a program, and how that is asserted.

use interlace::{Explorer, Report, StoppedBy};

/// What is known of a program that is wrong.
pub(crate) struct Oracle {
    pub(crate) schedules: u64,
    pub(crate) failing: u64,
    /// What the executions end in and how many of them, sorted by text; those whose threads panic
    /// end in nothing.
    pub(crate) outcomes: &'static [(&'static str, u64)],
    /// The number of the first failing schedule, in exploration order, from 1.
    pub(crate) first: u64,
    /// The first failing schedule, whole.
    pub(crate) found: &'static str,
    /// What the minimal failing schedule forces.
    pub(crate) minimal: &'static str,
    /// The preemptions of the execution that this gives.
    pub(crate) preemptions: usize,
}

impl Oracle {
    /// Explores the program that `explorer` makes: to the end, and to the first failure.
    #[track_caller]
    pub(crate) fn assert<S: Send + Sync + 'static>(&self, explorer: impl Fn() -> Explorer<S>) {
        let whole = explorer().keep_going().explore();
        assert_eq!(whole.schedules(), self.schedules, "{whole}");
        assert_eq!(whole.failing(), self.failing, "{whole}");
        assert!(whole.is_exhaustive(), "{whole}");
        assert_eq!(whole.outcomes().collect::<Vec<_>>(), self.outcomes);
        self.assert_failure(&whole);

        let stopped = explorer().explore();
        assert_eq!(stopped.stopped_by(), &StoppedBy::FirstFailure);
        assert_eq!((stopped.schedules(), stopped.failing()), (self.first, 1));
        self.assert_failure(&stopped);

        let minimal = self.minimal.parse().unwrap();
        let replayed = explorer().replay(&minimal);
        assert!(!replayed.is_ok(), "{replayed}");
    }

    #[track_caller]
    fn assert_failure(&self, report: &Report) {
        let failure = report.assert_fails();
        assert_eq!(failure.index(), self.first);
        assert_eq!(failure.found().to_string(), self.found);
        assert_eq!(failure.schedule().to_string(), self.minimal);
        assert_eq!(failure.preemptions(), self.preemptions);
        assert!(failure.is_proved_minimal() && failure.is_reproduced());
    }
}

/// Asserts that a program is right, in exactly so many schedules.
#[track_caller]
pub(crate) fn assert_right<S: Send + Sync + 'static>(explorer: Explorer<S>, schedules: u64) {
    let report = explorer.explore();
    report.assert_ok();
    assert!(report.is_exhaustive());
    assert_eq!((report.schedules(), report.failing()), (schedules, 0));
}
