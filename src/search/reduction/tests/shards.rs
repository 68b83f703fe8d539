//! Shards of reduced searches.

use proptest::prelude::*;

use super::brute_force::{Found, every_class};
use super::counts::{last_zero, program, same};
use super::program::{Code, Program};
use super::workers::programs;
use crate::search::{ReducedShard, Search, Shard};

/// How many executions a shard has counted, and how many it has not.
pub(super) type Runs = (usize, usize);

fn run_shard(program: &Program, shard: Shard, found: &mut Found) -> Runs {
    let mut search = ReducedShard::new(shard);
    let (mut counted, mut uncounted) = (0, 0);
    while search.new_execution().is_some() {
        let (execution, account) = program.run_and_end(&mut search);
        assert_eq!(account.contradiction, None);
        assert!(uncounted < 100_000, "it does not end");
        if account.is_repetition {
            uncounted += 1;
        } else {
            assert!(!execution.is_pruned);
            counted += 1;
            found.add(&execution);
        }
    }
    (counted, uncounted)
}

pub(super) fn in_shards(program: &Program, of: u32) -> (Vec<Runs>, Found) {
    let mut found = Found::default();
    let shards = (1..=of).map(|number| Shard::new(number, of).unwrap());
    let runs = shards.map(|shard| run_shard(program, shard, &mut found));
    (runs.collect(), found)
}

/// The sums over all shards, none of which runs a class that another runs.
fn sums(program: &Program, of: u32) -> Runs {
    let (runs, found) = in_shards(program, of);
    assert_eq!(found.repeated, 0);
    let add = |one: Runs, other: &Runs| (one.0 + other.0, one.1 + other.1);
    runs.iter().fold((0, 0), add)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn each_class_is_in_one_shard(program in programs()) {
        let Some(all) = every_class(&program, 1_000) else {
            return Ok(());
        };
        for of in [1, 2, 3, 5] {
            let (_, found) = in_shards(&program, of);
            prop_assert_eq!(found.repeated, 0, "{}", of);
            prop_assert_eq!(&found, &all, "{}", of);
        }
    }
}

#[test]
fn shards_have_the_known_numbers_of_classes() {
    let update = program(1, same(4, &[Code::Read(0), Code::Write(0)]));
    let sections = program(
        1,
        same(
            3,
            &vec![[Code::Lock(0, false), Code::Unlock(0)]; 2].concat(),
        ),
    );
    for (program, classes) in [(update, 576), (sections, 90), (last_zero(5), 64)] {
        for of in [1, 3] {
            assert_eq!(sums(&program, of).0, classes);
        }
    }
}

#[test]
fn prefixes_are_as_deep_as_it_takes() {
    let anything = program(1, same(2, &vec![Code::Anything; 5]));
    // Of 2^d sequences of d steps, those are none in which one thread takes more than its 5. For two shards
    // there should be 128 prefixes, and there are: at depth 1 2, at 2 4, at 4 16, at 8 more than 128; then
    // at 6 64 - 2 and at 7 128 - 16. So it is 8, where there are 56 + 70 + 56.
    let survey = 2 + 4 + 16 + 128 + 62 + 112;
    assert_eq!(sums(&anything, 2), (252, 2 * survey + 182));
    // One shard of one needs no prefixes.
    assert_eq!(sums(&anything, 1), (252, 0));
}

#[test]
fn some_shards_have_nothing_to_do() {
    let independent = program(3, (0..3).map(|cell| vec![Code::Write(cell)]).collect());
    let empty = program(0, vec![Vec::new()]);
    for program in [independent, empty] {
        let (runs, found) = in_shards(&program, 5);
        let mut counted: Vec<usize> = runs.iter().map(|it| it.0).collect();
        counted.sort_unstable();
        assert_eq!(counted, [0, 0, 0, 0, 1]);
        assert_eq!(found, every_class(&program, 10).unwrap());
    }
}

#[test]
fn a_program_that_changes_between_executions_is_found_out() {
    let long = program(1, same(2, &[Code::Write(0), Code::Write(0)]));
    let short = program(1, same(1, &[Code::Write(0)]));
    let mut search = ReducedShard::new(Shard::new(1, 1).unwrap());
    assert_eq!(search.new_execution(), Some(0));
    assert_eq!(long.run_and_end(&mut search).1.contradiction, None);
    // The second execution repeats the first thread's step, and then the second thread is to go on.
    assert_eq!(search.new_execution(), Some(0));
    let account = short.run_and_end(&mut search).1;
    let found = account.contradiction.unwrap();
    assert_eq!(
        (found.depth, found.expected.len(), found.found.len()),
        (1, 1, 0)
    );
    assert_eq!(search.new_execution(), None);
}
