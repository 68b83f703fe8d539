//! What is known of a program that blocks, and how that is asserted.

use interlace::{Explorer, Report, Verdict};

/// Explores the whole program, again and again, on one worker and on two; asserts that all reports
/// are the same, and that so many executions held and so many deadlocked.
#[track_caller]
pub(crate) fn assert_counts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    held: u64,
    deadlocked: u64,
) -> Report {
    let report = explorer().keep_going().workers(1).explore();
    let counts = |report: &Report, verdict| {
        let mut verdicts = report.verdicts();
        verdicts.find(|it| it.0 == verdict).map_or(0, |it| it.1)
    };
    assert_eq!(
        (
            counts(&report, Verdict::Held),
            counts(&report, Verdict::Deadlocked),
            report.schedules()
        ),
        (held, deadlocked, held + deadlocked),
        "{report}"
    );
    assert!(report.is_exhaustive(), "{report}");
    for workers in [1, 2].into_iter().cycle().take(rounds()) {
        let again = explorer().keep_going().workers(workers).explore();
        assert_eq!(again.to_string(), report.to_string(), "{workers} workers");
    }
    report
}

/// How often each program is explored.
fn rounds() -> usize {
    let set = std::env::var("BLOCKING_ROUNDS").ok();
    set.map_or(4, |rounds| rounds.parse().expect("a number of rounds"))
}
