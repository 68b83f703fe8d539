//! Random small programs, run by the explorer and by an interpreter that uses nothing of it: both
//! must find the same executions in the same order, the same failures, and the same minimum.
//!
//! `RANDOM_PROGRAMS` is how many programs of two threads each property draws, 50 unless it is set.
//! Of the programs that take longer each draws a smaller share. `.ci/run` draws 400.

mod bodies;
mod brute_force;
mod program;
mod strategies;

use std::env;

use proptest::prelude::*;
use proptest::strategy::Strategy as _;
use proptest::test_runner::TestCaseResult;

use bodies::Bodies;
use brute_force::{Explored, Kind};
use interlace::{Engine, FailureKind, Report, StoppedBy, Strategy};
use program::{Program, Wrong, programs};

/// The other ways to run a program, all of which say the same.
const OTHERS: [(Engine, usize); 2] = [(Engine::Fibers, 1), (Engine::Fibers, 3)];

/// A program whose threads keep a journal.
struct Noted<'a> {
    program: &'a Program,
    bodies: Bodies,
    journal: bodies::Journal,
    shard: Option<(u32, u32)>,
}

impl Noted<'_> {
    /// Explores to the end, or to the first failure.
    fn explore(&self, engine: Engine, workers: usize, keeps_going: bool) -> Report {
        self.explore_by(Strategy::Exhaustive, engine, workers, keeps_going)
    }

    /// The only call of `explore`: a report shows it.
    fn explore_by(
        &self,
        strategy: Strategy,
        engine: Engine,
        workers: usize,
        keeps_going: bool,
    ) -> Report {
        let mut explorer = bodies::explorer(self.program, self.bodies, &self.journal);
        if keeps_going {
            explorer = explorer.keep_going();
        }
        if let Some((number, of)) = self.shard {
            explorer = explorer.shard(number, of);
        }
        let explorer = explorer.strategy(strategy).seed(5);
        explorer.engine(engine).workers(workers).explore()
    }
}

/// Compares what the explorer finds with what there is.
fn compare(program: &Program, bodies: Bodies) -> TestCaseResult {
    let expected = Explored::of(program, bodies);
    // A program that reaches no marker is refused, and tested elsewhere.
    prop_assume!(expected.executions.iter().any(|e| !e.path.is_empty()));
    let noted = || Noted {
        program,
        bodies,
        journal: bodies::Journal::default(),
        shard: None,
    };

    let on_threads = noted();
    // The journal is in the order of the executions where there is one worker.
    let report = on_threads.explore(Engine::Threads, 1, true);
    prop_assert!(report.is_exhaustive(), "{}", report);
    prop_assert_eq!(report.schedules(), expected.executions.len() as u64);
    prop_assert_eq!(report.failing(), expected.failing());
    let outcomes: Vec<_> = report.outcomes().map(|(o, n)| (o.to_owned(), n)).collect();
    prop_assert_eq!(outcomes, expected.outcomes());
    // What comes after these belongs to the shrinking.
    let paths = expected.executions.iter().map(|e| &e.path);
    let journal = on_threads.journal.paths();
    prop_assert!(journal.iter().take(paths.len()).eq(paths));
    compare_failure(&report, &expected)?;
    for (engine, workers) in OTHERS {
        let other = noted();
        let text = other.explore(engine, workers, true).to_string();
        prop_assert_eq!(text, report.to_string());
        // On fresh threads, as the last of all, runs what was shrunk.
        let is_same = other.journal.paths() == journal;
        prop_assert!(is_same || workers > 1, "{:?} {}", engine, workers);
    }

    if let Some(first) = expected.first_failure() {
        let stopped = noted().explore(Engine::Threads, 1, false);
        prop_assert_eq!(stopped.stopped_by(), &StoppedBy::FirstFailure);
        prop_assert_eq!(stopped.schedules(), first.0);
        prop_assert_eq!(stopped.failing(), 1);
        compare_failure(&stopped, &expected)?;
        for (engine, workers) in &OTHERS[1..] {
            let text = noted().explore(*engine, *workers, false).to_string();
            prop_assert_eq!(text, stopped.to_string());
        }
    }
    Ok(())
}

/// Compares what shards find, written as JSON and read again, with what the whole search finds.
fn compare_shards(program: &Program, bodies: Bodies, keeps_going: bool) -> TestCaseResult {
    let noted = || Noted {
        program,
        bodies,
        journal: bodies::Journal::default(),
        shard: None,
    };
    let whole = noted().explore(Engine::Fibers, 1, keeps_going);
    for of in [2, 3, 7] {
        let shards = (1..=of).map(|number| {
            let shard = Noted {
                shard: Some((number, of)),
                ..noted()
            };
            // Every other shard on several workers.
            let workers = if number % 2 == 0 { 1 } else { 3 };
            let report = shard.explore(Engine::Fibers, workers, keeps_going);
            Report::from_json(&report.to_json()).unwrap()
        });
        let shards: Vec<Report> = shards.collect();
        if keeps_going {
            let sum: u64 = shards.iter().map(Report::schedules).sum();
            prop_assert_eq!(sum, whole.schedules());
        }
        let merged = Report::merge(shards).unwrap();
        prop_assert_eq!(merged.to_string(), whole.to_string(), "{} shards", of);
        prop_assert_eq!(merged.failure(), whole.failure());
    }
    Ok(())
}

fn compare_failure(report: &Report, expected: &Explored) -> TestCaseResult {
    let (Some(failure), Some((index, first))) = (report.failure(), expected.first_failure()) else {
        prop_assert!(report.failure().is_none() && expected.first_failure().is_none());
        return Ok(());
    };
    prop_assert_eq!(failure.index(), index);
    prop_assert_eq!(
        failure.found_schedule().to_string(),
        first.line(first.path.len())
    );
    let kind = match failure.kind() {
        FailureKind::Panic(_) => Kind::Panic,
        FailureKind::Check(_) => Kind::Check,
        FailureKind::Invariant(_) => Kind::Invariant,
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
fn sharpened(program: Program, bodies: Bodies) -> Program {
    match Explored::of(&program, bodies).hardest_outcome() {
        Some(outcome) => Program {
            wrong: Wrong::Is(outcome),
            ..program
        },
        None => program,
    }
}

/// So many programs for each hundred of two threads. Every failure prints its program, which is
/// all that is needed to see it again.
fn cases(percent: u32) -> ProptestConfig {
    let programs = env::var("RANDOM_PROGRAMS");
    let programs: u32 = programs.map_or(50, |number| number.parse().expect("a number of programs"));
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases((programs * percent).div_ceil(100))
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn two_threads_are_explored_as_by_brute_force(program in programs(2)) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn two_tasks_are_explored_as_by_brute_force(program in programs(2)) {
        compare(&program, Bodies::Tasks)?;
    }

    #[test]
    fn two_tasks_that_may_be_cancelled_are_explored_as_by_brute_force(
        program in programs(2).prop_map(|program| sharpened(program, Bodies::Cancellable))
    ) {
        compare(&program, Bodies::Cancellable)?;
    }

    #[test]
    fn a_thread_and_a_task_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(2).prop_map(|program| sharpened(program, Bodies::Mixed))
    ) {
        compare(&program, Bodies::Mixed)?;
    }
}

proptest! {
    #![proptest_config(cases(40))]

    #[test]
    fn three_threads_are_explored_as_by_brute_force(program in programs(3)) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn three_threads_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(3).prop_map(|program| sharpened(program, Bodies::Threads))
    ) {
        compare(&program, Bodies::Threads)?;
    }

    #[test]
    fn three_tasks_with_a_rare_failure_are_explored_as_by_brute_force(
        program in programs(3).prop_map(|program| sharpened(program, Bodies::Tasks))
    ) {
        compare(&program, Bodies::Tasks)?;
    }

    #[test]
    fn a_mix_of_threads_and_tasks_is_explored_as_by_brute_force(program in programs(3)) {
        compare(&program, Bodies::Mixed)?;
    }
}

proptest! {
    #![proptest_config(cases(15))]

    #[test]
    fn shards_of_two_threads_merge_to_the_whole(
        program in programs(2),
        keeps_going in any::<bool>(),
    ) {
        compare_shards(&program, Bodies::Threads, keeps_going)?;
    }

    #[test]
    fn shards_of_threads_and_tasks_with_a_rare_failure_merge_to_the_whole(
        program in programs(3).prop_map(|program| sharpened(program, Bodies::Mixed)),
        keeps_going in any::<bool>(),
    ) {
        compare_shards(&program, Bodies::Mixed, keeps_going)?;
    }
}
