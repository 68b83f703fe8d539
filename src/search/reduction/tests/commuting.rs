//! Orders of one class, which must show the same.

use proptest::prelude::*;

use super::machine::Execution;
use super::program::{Code, Program};
use super::workers::programs;
use crate::operation::{Behaviour, Choice, SchedulingPoint, Trace};
use crate::search::reduction::commuting::{Commuting, Tried};
use crate::search::{Account, PlannedStep, Search};

/// Runs one execution, which begins with these steps.
#[derive(Debug)]
struct Along(Vec<PlannedStep>);

impl Search for Along {
    fn new_execution(&mut self) -> Option<usize> {
        Some(0)
    }

    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        match self.0.get(point.step) {
            Some(step) => step.among(point).map_or(Choice::Prune, Choice::Take),
            None => Choice::Take(point.default_choice()),
        }
    }

    fn end(&mut self, _: &Trace<'_>) -> Account {
        Account::default()
    }
}

/// How many pairs of steps of the execution in the fixed order could come the other way round, after it was
/// seen that each order shows the same.
fn checked(program: &Program) -> usize {
    let run = |steps: Vec<PlannedStep>| program.run(&mut Along(steps));
    let first = run(Vec::new());
    let commuting = Commuting::of(&first.trace());
    let parts = |it: &Execution| (it.outcome.clone(), it.events.len(), it.has_aborted);
    let expected = (parts(&first), Behaviour::of(&first.trace()));
    let check = |order: &[usize]| {
        let other = run(commuting.planned(order));
        assert!(!other.is_pruned, "{order:?}");
        assert_eq!(parts(&other), expected.0, "{order:?}");
        let difference = expected.1.difference(&Behaviour::of(&other.trace()));
        assert_eq!(difference, None, "{order:?}");
        assert_eq!(Commuting::of(&other.trace()).class(), commuting.class());
    };
    check(commuting.canonical());
    let swaps = commuting.swaps(usize::MAX, &mut Tried::new());
    for swap in &swaps {
        check(&swap.before);
        check(&swap.after);
    }
    swaps.len()
}

fn program(threads: Vec<Vec<Code>>) -> Program {
    Program {
        declared: threads.len(),
        threads,
        cells: 4,
    }
}

#[test]
fn every_pair_that_nothing_orders_is_exchanged() {
    let own = |cell| vec![Code::Write(cell), Code::Read(cell)];
    // Two steps of each of three threads: of 15 pairs, 3 are of one thread.
    assert_eq!(checked(&program(vec![own(0), own(1), own(2)])), 12);
    // The first writer, the second, the reader: none of them is free to change places.
    let one = |code| vec![code];
    let conflicting = [Code::Write(0), Code::Write(0), Code::Read(0)];
    assert_eq!(checked(&program(conflicting.map(one).into())), 0);
    // Sections of one lock do not change places; what comes after the first does with all of the second.
    let section = vec![Code::Lock(0, false), Code::Unlock(0), Code::Read(0)];
    assert_eq!(checked(&program(vec![section.clone(), section])), 3);
}

#[test]
fn few_pairs_are_spread_over_the_markers() {
    let (first, mut tried) = {
        let own = |cell| vec![Code::Write(cell); 4];
        let execution = program(vec![own(0), own(1)]).run(&mut Along(Vec::new()));
        (Commuting::of(&execution.trace()), Tried::new())
    };
    let pairs = first.swaps(usize::MAX, &mut tried.clone()).len();
    assert_eq!(pairs, 4 * 4);
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.extend(first.swaps(4, &mut tried));
    }
    assert_eq!(seen.len(), pairs);
    assert!(tried.values().all(|tried| *tried == 1), "{tried:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn orders_of_one_class_show_the_same(program in programs()) {
        checked(&program);
    }
}
