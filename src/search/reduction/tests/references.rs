//! Programs that count references.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::brute_force::{Found, every_class};
use super::counts::{program, reduced, same};
use super::program::{Code, Program};
use super::shards::in_shards;
use super::workers::{Workers, check, code, repair};
use crate::search::reduction::mutant::Mutant;

use Code::{Clone, Count, Drop, Read, Write};

/// Threads that have one reference each, or two, and give all of them up.
fn counting_programs() -> impl Strategy<Value = Program> {
    let other = || code(2).prop_filter("ends others' steps", |it| *it != Code::Anything);
    let kind = prop_oneof![3 => (0..3_usize).prop_map(Err), 2 => other().prop_map(Ok)];
    let thread = prop::collection::vec((kind, 0..2_usize), 1..5);
    prop::collection::vec((thread, 0..3_usize), 2..5).prop_map(|threads| {
        let threads: Vec<Vec<Code>> = threads
            .into_iter()
            .map(|(codes, first)| {
                let mut held = [usize::from(first < 2), usize::from(first > 0)];
                let mut code = Vec::new();
                for (kind, number) in codes {
                    match kind {
                        Ok(other) => code.push(jumpless(other)),
                        Err(_) if held[number] == 0 => {}
                        Err(0) => {
                            held[number] += 1;
                            code.push(Clone(number));
                        }
                        Err(1) => code.push(Count(number)),
                        Err(_) => {
                            held[number] -= 1;
                            code.push(Drop(number));
                        }
                    }
                }
                for (number, left) in held.into_iter().enumerate() {
                    code.extend(vec![Drop(number); left]);
                }
                code
            })
            .collect();
        let mut program = Program {
            declared: threads.len(),
            threads,
            cells: 2,
        };
        repair(&mut program);
        program
    })
}

/// Whoever jumps over code would keep references that it is to give up.
fn jumpless(code: Code) -> Code {
    match code {
        Code::JumpIfZero(cell, _) => Read(cell),
        Code::SwapZero(cell, _) | Code::Call(cell) => Write(cell),
        other => other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(150) })]

    #[test]
    fn each_class_is_run_once(program in counting_programs(), seed in any::<u64>()) {
        let Some(all) = every_class(&program, 3_000) else {
            return Ok(());
        };
        for count in [1, 4, 16] {
            check(&program, Workers { count, seed }, &all)?;
        }
        let (_, found) = in_shards(&program, 1);
        prop_assert_eq!(found.repeated, 0);
        prop_assert_eq!(&found, &all);
    }
}

fn check_count(name: &str, program: &Program, classes: u64) {
    let (executions, _, found) = reduced(program);
    assert_eq!(executions, classes, "{name}");
    if let Some(all) = every_class(program, 10_000) {
        assert_eq!(found, all, "{name}");
    }
}

#[test]
fn which_is_the_last_matters_and_nothing_else_does() {
    for n in 1..=6 {
        // Each of the n may be the last.
        let drops = program(1, same(n, &[Drop(0)]));
        check_count("drops", &drops, n as u64);
        let clones = program(1, same(n, &[Clone(0), Drop(0), Drop(0)]));
        check_count("clones", &clones, n as u64);
    }
    // (n!)² as without a count, and each of the n may be the last.
    for (n, classes) in [(2, 4 * 2), (3, 36 * 3)] {
        let update = program(1, same(n, &[Read(0), Write(0), Drop(0)]));
        check_count("lost update", &update, classes);
    }
    // Another that joins them and gives up its reference then is always the last.
    for (n, classes) in [(2, 4), (3, 36)] {
        let mut threads = vec![Vec::new()];
        threads[0].extend((1..=n).map(Code::Spawn));
        threads[0].extend((1..=n).map(Code::Join));
        threads[0].push(Drop(0));
        threads.extend(same(n, &[Read(0), Write(0), Drop(0)]));
        let joined = Program {
            declared: 1,
            threads,
            cells: 1,
        };
        check_count("joined", &joined, classes);
    }
    // Who looks at the number sees 3, 2 or 1: before both others, between them, after both. Between them, either
    // may be the first. And of those that have not dropped then, either may be the last.
    let looks = vec![vec![Count(0), Drop(0)], vec![Drop(0)], vec![Drop(0)]];
    check_count("a look", &program(1, looks), 3 + 2 * 2 + 1);
}

/// Whether one of the first 300 random programs catches it; they are always the same.
fn is_caught(mutant: Mutant) -> bool {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[0; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..300).any(|seed| {
        let tree = counting_programs().new_tree(&mut runner).unwrap();
        let program = tree.current();
        let is_wrong = |all: &Found| check(&program, Workers { count: 1, seed }, all).is_err();
        every_class(&program, 1_000).is_some_and(|all| {
            let is_caught = mutant.during(|| is_wrong(&all));
            assert!(
                !is_caught || !is_wrong(&all),
                "not because of it: {program:?}"
            );
            is_caught
        })
    })
}

#[test]
fn random_programs_catch_wrong_rules_of_counts() {
    for mutant in [Mutant::NobodyIsLast, Mutant::LastStaysLast] {
        assert!(is_caught(mutant), "{mutant:?}");
    }
}
