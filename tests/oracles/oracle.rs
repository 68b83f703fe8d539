//! What is known of a program, and how that is asserted.

use interlace::{Engine, Explorer, Report, StoppedBy};

use crate::sampled;

/// Every engine, on one worker and on several.
const SETTINGS: [(Engine, usize); 5] = [
    (Engine::Threads, 1),
    (Engine::Threads, 3),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
    (Engine::Fibers, 3),
];

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
    /// Explores the program that `explorer` makes, in every setting.
    #[track_caller]
    pub(crate) fn assert<S: Send + Sync + 'static>(&self, explorer: impl Fn() -> Explorer<S>) {
        let mut texts: Vec<[String; 3]> = Vec::new();
        for (engine, workers) in SETTINGS {
            texts.push(self.assert_in(|| explorer().engine(engine).workers(workers)));
        }
        for (text, setting) in texts.iter().zip(SETTINGS) {
            assert_eq!(text, &texts[0], "{setting:?}");
        }
        sampled::assert_found(self, &explorer);
    }

    /// Explores the program to the end, and to the first failure, and replays that; what is said
    /// of all three.
    #[track_caller]
    fn assert_in<S: Send + Sync + 'static>(
        &self,
        explorer: impl Fn() -> Explorer<S>,
    ) -> [String; 3] {
        let whole = explore(explorer().keep_going());
        assert_eq!(whole.schedules(), self.schedules, "{whole}");
        assert_eq!(whole.failing(), self.failing, "{whole}");
        assert!(whole.is_exhaustive(), "{whole}");
        assert_eq!(whole.outcomes().collect::<Vec<_>>(), self.outcomes);
        self.assert_failure(&whole);

        let stopped = explore(explorer());
        assert_eq!(stopped.stopped_by(), &StoppedBy::FirstFailure);
        assert_eq!((stopped.schedules(), stopped.failing()), (self.first, 1));
        self.assert_failure(&stopped);

        assert_sharded(|| explorer().keep_going(), &whole);
        assert_sharded(&explorer, &stopped);

        let minimal = self.minimal.parse().unwrap();
        let replayed = explorer().replay(&minimal);
        assert!(!replayed.is_ok(), "{replayed}");
        [whole.to_string(), stopped.to_string(), replayed.to_string()]
    }

    #[track_caller]
    pub(crate) fn assert_minimal(&self, report: &Report) {
        let failure = report.assert_fails();
        assert_eq!(failure.schedule().to_string(), self.minimal);
        assert_eq!(failure.preemptions(), self.preemptions);
        assert!(failure.is_proved_minimal() && failure.is_reproduced());
    }

    #[track_caller]
    fn assert_failure(&self, report: &Report) {
        let failure = report.assert_fails();
        assert_eq!(failure.index(), self.first);
        assert_eq!(failure.found_schedule().to_string(), self.found);
        self.assert_minimal(report);
    }
}

/// Asserts that a program is right, in exactly so many schedules, in every setting.
#[track_caller]
pub(crate) fn assert_right<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    schedules: u64,
) {
    for (engine, workers) in SETTINGS {
        let explorer = || explorer().engine(engine).workers(workers);
        let report = explore(explorer());
        report.assert_ok();
        assert!(report.is_exhaustive());
        assert_eq!((report.schedules(), report.failing()), (schedules, 0));
        assert_sharded(explorer, &report);
    }
}

/// The only call: a report shows where it was.
fn explore<S: Send + Sync + 'static>(explorer: Explorer<S>) -> Report {
    explorer.explore()
}

/// Asserts that shards, each written as JSON and read again, merge to this report.
#[track_caller]
fn assert_sharded<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>, whole: &Report) {
    for of in [2, 3, 7] {
        let shard = |number| {
            let report = explore(explorer().shard(number, of));
            assert!(!report.is_exhaustive(), "a shard is not all: {report}");
            Report::from_json(&report.to_json()).unwrap()
        };
        let merged = Report::merge((1..=of).rev().map(shard)).unwrap();
        assert_same(&merged, whole);
    }
}

#[track_caller]
fn assert_same(merged: &Report, whole: &Report) {
    // All that a report says, but for how long it took.
    assert_eq!(merged.to_string(), whole.to_string());
    assert_eq!(merged.failure(), whole.failure());
    assert_eq!(merged.stopped_by(), whole.stopped_by());
    assert_eq!(merged.is_exhaustive(), whole.is_exhaustive());
    assert!(merged.verdicts().eq(whole.verdicts()));
    assert!(merged.outcome_examples().eq(whole.outcome_examples()));
}
