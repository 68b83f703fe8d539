//! Wrong rules, each of which is caught: so the tests would notice if a rule got lost.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::brute_force::{Found, every_class};
use super::program::{Code, Program};
use super::shards::in_shards;
use super::workers::{Workers, check, programs};
use crate::search::reduction::mutant::Mutant;

/// Whether one of some numbers of workers misses a class or runs one twice, and does not with all rules.
fn workers_catch(mutant: Mutant, program: &Program, all: &Found, seed: u64) -> bool {
    let mut workers = [1, 4, 16].map(|count| Workers { count, seed }).into_iter();
    let is_wrong = |workers: &Workers| check(program, *workers, all).is_err();
    let Some(workers) = mutant.during(|| workers.find(is_wrong)) else {
        return false;
    };
    assert!(
        !is_wrong(&workers),
        "not because of the mutant: {program:?}"
    );
    true
}

/// As [`workers_catch`], for the shards of a search.
fn shards_catch(mutant: Mutant, program: &Program, all: &Found, _: u64) -> bool {
    let is_wrong = || in_shards(program, 1).1 != *all;
    let is_caught = mutant.during(is_wrong);
    assert!(
        !is_caught || !is_wrong(),
        "not because of the mutant: {program:?}"
    );
    is_caught
}

/// Whether one of the first 1000 random programs catches it; they are always the same.
fn is_caught(mutant: Mutant, catches: impl Fn(Mutant, &Program, &Found, u64) -> bool) -> bool {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[0; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..1000).any(|seed| {
        let program = programs().new_tree(&mut runner).unwrap().current();
        let all = every_class(&program, 1_000);
        all.is_some_and(|all| catches(mutant, &program, &all, seed))
    })
}

#[test]
fn random_programs_catch_wrong_rules() {
    for mutant in [
        Mutant::FinishedIsCovered,
        Mutant::AdjacentLocks,
        Mutant::LocksSupposedFree,
        Mutant::OnlyOccurring,
        Mutant::NobodySleeps,
        Mutant::NobodyStrays,
        Mutant::TimeUntouched,
        Mutant::WakesComeFirst,
    ] {
        assert!(is_caught(mutant, workers_catch), "{mutant:?}");
    }
}

#[test]
fn random_programs_catch_wrong_rules_of_shards() {
    for mutant in [Mutant::AllDeclared, Mutant::AdjacentLocks] {
        assert!(is_caught(mutant, shards_catch), "{mutant:?}");
    }
}

/// That goes wrong in one of a thousand random programs only, so this is a program in which it does.
#[test]
fn a_reversal_needs_the_steps_of_the_whole_execution() {
    let [lock, unlock] = [Code::Lock(0, false), Code::Unlock(0)];
    let program = Program {
        declared: 4,
        cells: 2,
        threads: vec![
            vec![lock.clone(), unlock.clone()],
            vec![Code::Write(0), Code::Sum(vec![0], vec![0])],
            vec![Code::Write(1), lock, unlock],
            vec![Code::Read(0), Code::Write(1), Code::Read(1)],
        ],
    };
    // Cell 0: the read comes before, between or after the two writes. Cell 1: its write by the third thread
    // comes before, between or after the write and the read by the last. The lock: either thread first.
    let all = every_class(&program, 300_000).unwrap();
    assert_eq!(all.classes.len(), 3 * 3 * 2);
    assert!(workers_catch(Mutant::TruncatedReversal, &program, &all, 0));
}

/// So does that where an execution ends early, and another thread has not begun a wait yet, which looks at the
/// clock.
#[test]
fn what_was_not_seen_may_touch_more_than_it_declares() {
    let program = Program {
        declared: 3,
        cells: 1,
        threads: vec![
            vec![Code::WaitFor(0, 0)],
            vec![Code::Read(0)],
            vec![Code::Sleep(0), Code::PanicAt(1)],
        ],
    };
    let all = every_class(&program, 10_000).unwrap();
    assert_eq!(all.classes.len(), 11);
    assert!(workers_catch(Mutant::AllSeen, &program, &all, 0));
}

/// So does that, when the lock is taken by another where all sleep that could go on: whoever waits for it
/// could have come first, and then have touched what wakes one of them.
#[test]
fn whoever_waits_for_a_lock_could_wake_others() {
    use Code::{Anything, Lock, Read, SwapZero, Wake, Write};
    let program = Program {
        declared: 4,
        cells: 3,
        threads: vec![
            vec![Wake(0)],
            vec![Lock(1, false), Read(1), Write(2)],
            vec![Write(0), Lock(1, true)],
            vec![Lock(1, false), SwapZero(0, 7), Anything],
        ],
    };
    let all = every_class(&program, 10_000).unwrap();
    assert_eq!(all.classes.len(), 7);
    assert!(shards_catch(Mutant::WaitingForgotten, &program, &all, 0));
}
