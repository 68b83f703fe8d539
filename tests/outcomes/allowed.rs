//! `allow_outcomes`, in the manner of litmus tests.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Engine, ErrorKind, Explorer, FailureKind, Verdict, marker, schedule};

use crate::programs::{Bank, Counter, two_additions, two_increments, two_transfers};
use crate::{counts, explore};

/// Two threads that each write a cell and read the other's. In five of the six schedules some
/// read comes after both writes.
fn store_buffering() -> Explorer<[AtomicU32; 4]> {
    Explorer::new(<[AtomicU32; 4]>::default)
        .thread("a", |[x, y, seen, _]| {
            marker!("write_x");
            x.store(1, SeqCst);
            marker!("read_y");
            seen.store(y.load(SeqCst), SeqCst);
        })
        .thread("b", |[x, y, _, seen]| {
            marker!("write_y");
            y.store(1, SeqCst);
            marker!("read_x");
            seen.store(x.load(SeqCst), SeqCst);
        })
        .outcome(|[_, _, a, b]| (a.load(SeqCst), b.load(SeqCst)))
}

#[test]
fn outcomes_that_are_allowed_hold_and_those_that_never_come_are_told() {
    let report = explore(|| store_buffering().allow_outcomes([(0, 0), (0, 1), (1, 0), (1, 1)]));
    report.assert_ok();
    // One thread as a whole before the other, twice; in the four others both write before either
    // reads. (0, 0) needs a weaker memory.
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("(0, 1)", 1), ("(1, 0)", 1), ("(1, 1)", 4)]);
    assert_eq!(report.unseen_outcomes().collect::<Vec<_>>(), ["(0, 0)"]);
    let text = report.to_string();
    assert!(
        text.ends_with("\nallowed, and never seen: (0, 0)"),
        "{text}"
    );
}

#[test]
fn an_outcome_is_not_called_unseen_before_every_schedule_was_run() {
    let report = store_buffering()
        .allow_outcomes([(0, 1), (1, 0)])
        .allow_outcomes([(1, 1)])
        .max_schedules(1)
        .explore();
    assert_eq!(report.unseen_outcomes().count(), 2);
    assert!(!report.to_string().contains("never seen"), "{report}");
}

#[test]
fn an_outcome_that_is_not_allowed_is_a_failure_of_its_own_kind() {
    // Lost in 4 of 6 schedules; the fixed twin never loses.
    let report = explore(|| two_increments().outcome(Counter::value).allow_outcomes([2]));
    assert_eq!(counts(&report), (6, 4));
    let verdicts = [(Verdict::Held, 2), (Verdict::OutcomeNotAllowed, 4)];
    assert_eq!(report.verdicts().collect::<Vec<_>>(), verdicts);
    let failure = report.assert_fails();
    let FailureKind::OutcomeNotAllowed(found) = failure.kind() else {
        panic!("{failure}");
    };
    assert_eq!((found.outcome(), found.allowed()), ("1", &["2".into()][..]));
    assert_eq!(failure.schedule(), &schedule![t1: read, t2: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
    let text = failure.to_string();
    let head = "the outcome `1` is not allowed; allowed are:\n  2\n\nfound in schedule 2;";
    assert!(text.starts_with(head), "{text}");

    let report = explore(|| two_additions().outcome(Counter::value).allow_outcomes([2]));
    assert_eq!(counts(&report), (6, 0));
}

#[test]
fn all_forbidden_outcomes_are_one_failure_and_its_smallest_is_reported() {
    // Forbidden are 4 + 6 + 54 of 70, see the table of outcomes in tests/oracles/transfers.rs.
    // Two reads of `a` before either write need one preemption, at the first step.
    let report = explore(|| {
        two_transfers()
            .outcome(Bank::balances)
            .allow_outcomes([(80, 120)])
    });
    assert_eq!(counts(&report), (70, 66));
    let failure = report.assert_fails();
    assert_eq!(failure.preemptions(), 1);
    assert_eq!(failure.schedule(), &schedule![t1: read_a, t2: read_a]);
}

#[test]
fn the_replay_of_the_minimal_schedule_fails_in_the_same_way() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let explorer = || two_increments().outcome(Counter::value).allow_outcomes([2]);
        let report = explorer().engine(engine).explore();
        let failure = report.assert_fails();
        let replayed = explorer().engine(engine).replay(failure.schedule());
        assert_eq!(replayed.failure_kind(), Some(failure.kind()));
        let regression = failure.regression();
        assert!(regression.contains(".allow_outcomes([2])"), "{regression}");
    }
}

#[test]
fn outcomes_are_compared_before_the_checks() {
    let report = two_increments()
        .outcome(Counter::value)
        .allow_outcomes([2])
        .check(|counter| assert_eq!(counter.value(), 3, "never"))
        .keep_going()
        .explore();
    let verdicts = [(Verdict::CheckFailed, 2), (Verdict::OutcomeNotAllowed, 4)];
    assert_eq!(report.verdicts().collect::<Vec<_>>(), verdicts);
}

#[test]
fn outcomes_cannot_be_allowed_where_none_is_described() {
    let report = two_increments().allow_outcomes([2]).explore();
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::NoOutcome);
    assert!(error.to_string().contains("add `.outcome(|state| …)`"));
    assert_eq!(report.schedules(), 0);
    let replayed = two_increments().allow_outcomes([2]).replay(&schedule![]);
    assert_eq!(
        replayed.failure_kind(),
        Some(&FailureKind::Diverged(error.clone()))
    );
}
