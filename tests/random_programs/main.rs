//! Random small programs, run by the explorer and by an interpreter that uses nothing of it: both
//! must find the same executions in the same order, the same failures, and the same minimum.

mod bodies;
mod brute_force;
mod program;

use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use bodies::Bodies;
use brute_force::{Explored, Kind};
use interlace::{FailureKind, Report, StoppedBy};
use program::{Program, Wrong, programs};

/// Compares what the explorer finds with what there is.
fn compare(program: &Program, bodies: Bodies) -> TestCaseResult {
    let expected = Explored::of(program);
    // A program that reaches no marker is refused, and tested elsewhere.
    prop_assume!(expected.executions.iter().any(|e| !e.path.is_empty()));

    let journal = bodies::Journal::default();
    let report = bodies::explorer(program, bodies, &journal)
        .keep_going()
        .workers(1) // the journal is in the order of the executions
        .explore();
    prop_assert!(report.is_exhaustive(), "{}", report);
    prop_assert_eq!(report.schedules(), expected.executions.len() as u64);
    prop_assert_eq!(report.failing(), expected.failing());
    let outcomes: Vec<_> = report.outcomes().map(|(o, n)| (o.to_owned(), n)).collect();
    prop_assert_eq!(outcomes, expected.outcomes());
    // What comes after these belongs to the shrinking.
    let paths = expected.executions.iter().map(|e| &e.path);
    prop_assert!(journal.paths().iter().take(paths.len()).eq(paths));
    compare_failure(&report, &expected)?;

    if let Some(first) = expected.first_failure() {
        let stopped = bodies::explorer(program, bodies, &journal).explore();
        prop_assert_eq!(stopped.stopped_by(), &StoppedBy::FirstFailure);
        prop_assert_eq!(stopped.schedules(), first.0);
        prop_assert_eq!(stopped.failing(), 1);
        compare_failure(&stopped, &expected)?;
    }
    Ok(())
}

fn compare_failure(report: &Report, expected: &Explored) -> TestCaseResult {
    let (Some(failure), Some((index, first))) = (report.failure(), expected.first_failure()) else {
        prop_assert!(report.failure().is_none() && expected.first_failure().is_none());
        return Ok(());
    };
    prop_assert_eq!(failure.index(), index);
    prop_assert_eq!(failure.found().to_string(), first.line(first.path.len()));
    let kind = match failure.kind() {
        FailureKind::Panic { .. } => Kind::Panic,
        FailureKind::Check(_) => Kind::Check,
        FailureKind::Invariant { .. } => Kind::Invariant,
        other => return Err(TestCaseError::fail(format!("{other:?}"))),
    };
    prop_assert_eq!(Some(kind), first.kind);

    let minimal = expected.minimal_like(first);
    prop_assert_eq!(failure.schedule().to_string(), minimal.line(minimal.forced));
    prop_assert_eq!(failure.preemptions(), minimal.preemptions);
    prop_assert!(failure.is_proved_minimal() && failure.is_reproduced());
    Ok(())
}

/// Makes the outcome that takes the most preemptions the only wrong one.
fn sharpened(program: Program) -> Program {
    match Explored::of(&program).hardest_outcome() {
        Some(outcome) => Program {
            wrong: Wrong::Is(outcome),
            ..program
        },
        None => program,
    }
}

/// Every failure prints its program, which is all that is needed to see it again.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(cases)
    }
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn two_threads_are_explored_as_by_brute_force(program in programs(2)) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn two_tasks_are_explored_as_by_brute_force(program in programs(2)) {
        compare(&program, Bodies::Tasks)?;
    }

    #[test]
    fn a_thread_and_a_task_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(2).prop_map(sharpened)
    ) {
        compare(&program, Bodies::Mixed)?;
    }
}

proptest! {
    #![proptest_config(cases(160))]

    #[test]
    fn three_threads_are_explored_as_by_brute_force(program in programs(3)) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn three_threads_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(3).prop_map(sharpened)
    ) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn three_tasks_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(3).prop_map(sharpened)
    ) {
        compare(&program, Bodies::Tasks)?;
    }

    #[test]
    fn a_mix_of_threads_and_tasks_is_explored_as_by_brute_force(program in programs(3)) {
        compare(&program, Bodies::Mixed)?;
    }
}
