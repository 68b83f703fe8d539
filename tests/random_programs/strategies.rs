//! The same programs, searched in other ways: what each way runs is a part of what there is.

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use proptest::test_runner::TestCaseResult;

use crate::bodies::{Bodies, Journal};
use crate::brute_force::Explored;
use crate::program::{Program, programs};
use crate::{Noted, cases, compare_failure, sharpened};
use interlace::{Engine, Report, StoppedBy, Strategy};

const SETTINGS: [(Engine, usize); 3] = [
    (Engine::Threads, 1),
    (Engine::Fibers, 1),
    (Engine::Fibers, 3),
];

/// What is reported, which is the same in every setting.
fn explore(
    program: &Program,
    bodies: Bodies,
    strategy: &Strategy,
    keeps_going: bool,
) -> Result<Report, TestCaseError> {
    let explore = |(engine, workers)| {
        let journal = Journal::default();
        let noted = Noted {
            program,
            bodies,
            journal,
            shard: None,
        };
        noted.explore_by(strategy.clone(), engine, workers, keeps_going)
    };
    let report = explore(SETTINGS[0]);
    for setting in &SETTINGS[1..] {
        prop_assert_eq!(explore(*setting).to_string(), report.to_string());
    }
    Ok(report)
}

/// Compares the search by rising numbers of preemptions with what there is.
fn compare_bounded(program: &Program, bodies: Bodies) -> TestCaseResult {
    let all = Explored::of(program, bodies);
    prop_assume!(all.executions.iter().any(|e| !e.path.is_empty()));
    for max in 0..4 {
        let expected = all.with_at_most(max);
        let report = explore(program, bodies, &Strategy::Preemptions(max), true)?;
        prop_assert_eq!(report.schedules(), expected.executions.len() as u64);
        prop_assert_eq!(report.failing(), expected.failing());
        let outcomes: Vec<_> = report.outcomes().map(|(o, n)| (o.to_owned(), n)).collect();
        prop_assert_eq!(outcomes, expected.outcomes());
        let is_all = expected.executions.len() == all.executions.len();
        prop_assert_eq!(report.is_exhaustive(), is_all);
        if !is_all {
            prop_assert_eq!(report.stopped_by(), &StoppedBy::MaxPreemptions(max));
        }
        compare_failure(&report, &expected)?;

        // The first failure has the fewest preemptions that any has.
        let stopped = explore(program, bodies, &Strategy::Preemptions(max), false)?;
        compare_failure(&stopped, &expected)?;
        if let Some((index, first)) = expected.first_failure() {
            prop_assert_eq!((stopped.schedules(), stopped.failing()), (index, 1));
            let failing = all.executions.iter().filter(|e| e.kind.is_some());
            let fewest = failing.map(|e| e.preemptions).min();
            prop_assert_eq!(Some(first.preemptions), fewest);
        }
    }
    Ok(())
}

/// Compares what samples find with what there is.
fn compare_sampled(program: &Program, bodies: Bodies) -> TestCaseResult {
    let all = Explored::of(program, bodies);
    prop_assume!(all.executions.iter().any(|e| !e.path.is_empty()));
    let schedules = 40;
    for strategy in [
        Strategy::Random { schedules },
        Strategy::Uniform { schedules },
        Strategy::Pct {
            depth: 3,
            schedules,
        },
        Strategy::Pos { schedules },
        Strategy::Surw { schedules },
        Strategy::Feedback { schedules },
        Strategy::Portfolio { schedules },
    ] {
        for keeps_going in [true, false] {
            let report = explore(program, bodies, &strategy, keeps_going)?;
            let known = all.outcomes();
            for (outcome, count) in report.outcomes() {
                let known = known.iter().find(|(text, _)| text == outcome);
                prop_assert!(known.is_some() && count > 0);
            }
            if report.is_exhaustive() {
                // Only a portfolio may come to all, and then to each once.
                let is_portfolio = strategy == Strategy::Portfolio { schedules };
                prop_assert!(is_portfolio);
                prop_assert_eq!(report.schedules(), all.executions.len() as u64);
                prop_assert_eq!(report.failing(), all.failing());
            } else if keeps_going {
                prop_assert_eq!(report.stopped_by(), &StoppedBy::Sampled(schedules));
                prop_assert_eq!(report.schedules(), schedules);
            }
            let Some(failure) = report.failure() else {
                continue;
            };
            let found = failure.found_schedule().to_string();
            let mut executions = all.executions.iter();
            let found = executions.find(|e| e.line(e.path.len()) == found);
            let Some(found) = found.filter(|found| found.kind.is_some()) else {
                return Err(TestCaseError::fail("no such failure"));
            };
            let minimal = all.minimal_like(found);
            prop_assert_eq!(failure.schedule().to_string(), minimal.line(minimal.forced));
            prop_assert!(failure.is_proved_minimal() && failure.is_reproduced());
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(15))]

    #[test]
    fn two_threads_are_searched_by_preemptions_as_by_brute_force(program in programs(2)) {
        compare_bounded(&program, Bodies::Threads)?;
    }

    #[test]
    fn tasks_that_may_be_cancelled_are_searched_by_preemptions_as_by_brute_force(
        program in programs(2)
    ) {
        compare_bounded(&program, Bodies::Cancellable)?;
    }

    #[test]
    fn what_a_sample_of_tasks_that_may_be_cancelled_finds_is_there(program in programs(2)) {
        compare_sampled(&program, Bodies::Cancellable)?;
    }

    #[test]
    fn a_mix_with_a_rare_failure_is_searched_by_preemptions_as_by_brute_force(
        program in programs(3).prop_map(|program| sharpened(program, Bodies::Mixed))
    ) {
        compare_bounded(&program, Bodies::Mixed)?;
    }

    #[test]
    fn what_a_sample_of_two_threads_finds_is_there(program in programs(2)) {
        compare_sampled(&program, Bodies::Threads)?;
    }

    #[test]
    fn what_a_sample_of_a_mix_finds_is_there(program in programs(3)) {
        compare_sampled(&program, Bodies::Mixed)?;
    }
}
