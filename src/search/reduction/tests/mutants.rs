//! Wrong rules, each of which is caught: so the tests would notice if a rule got lost.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::brute_force::{Found, every_class};
use super::machine::{Code, Program};
use super::workers::{Workers, check, programs};
use crate::search::reduction::mutant::Mutant;

/// Whether one of some numbers of workers misses a class or runs one twice, and none does with all rules.
fn catches(mutant: Mutant, program: &Program, all: &Found, seed: u64) -> bool {
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

/// Whether one of the first 300 random programs does; they are always the same.
fn is_caught(mutant: Mutant) -> bool {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[5; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..300).any(|seed| {
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
    ] {
        assert!(is_caught(mutant), "{mutant:?}");
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
    assert!(catches(Mutant::TruncatedReversal, &program, &all, 0));
}
