//! Which operation of a history ended before which began is the same in all executions of a class: so one
//! schedule of each shows all histories.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use interlace::linear::{History, Spec};
use interlace::{Engine, Explorer, Report, Strategy, marker};
use proptest::prelude::*;

/// What is called is of no interest here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Anything;

impl Spec for Anything {
    type Op = usize;
    type Ret = usize;

    fn apply(&mut self, op: &usize) -> usize {
        *op
    }
}

type State = ([AtomicUsize; 3], History<Anything>);

/// Which operations come before which, and what they returned.
fn shown((_, history): &State) -> String {
    let mut calls = history.operations();
    calls.sort_by_key(|call| (call.client().to_owned(), call.operation().to_owned()));
    let rows = calls.iter().map(|one| {
        let before = calls.iter().map(|other| u8::from(one.precedes(other)));
        (one.returned(), before.collect::<Vec<_>>())
    });
    format!("{:?}", rows.collect::<Vec<_>>())
}

/// Operations that each read (`false`) or change these cells, a step each.
type Thread = Vec<Vec<(usize, bool)>>;

fn run(operations: &Thread, (cells, history): &State) {
    for (number, operation) in operations.iter().enumerate() {
        history.call(number, || {
            let mut seen = 0;
            for &(cell, writes) in operation {
                let cell = &cells[cell];
                if writes {
                    marker!("write", writes(cell));
                    cell.fetch_add(1, SeqCst);
                } else {
                    marker!("read", reads(cell));
                    seen = 10 * seen + cell.load(SeqCst);
                }
            }
            seen
        });
    }
}

fn explore(threads: &[Thread], engine: Engine, strategy: Strategy, workers: usize) -> Report {
    let explorer = Explorer::new(|| (<[AtomicUsize; 3]>::default(), History::new(Anything)));
    let numbered = threads.iter().cloned().enumerate();
    let explorer = numbered.fold(explorer, |explorer, (number, thread)| {
        explorer.thread(format!("t{number}"), move |state| run(&thread, state))
    });
    let explorer = explorer.outcome(shown).engine(engine).workers(workers);
    explorer.keep_going().strategy(strategy).explore()
}

fn outcomes(report: &Report) -> BTreeSet<String> {
    assert!(report.is_exhaustive(), "{report}");
    report
        .outcomes()
        .map(|(outcome, _)| outcome.to_owned())
        .collect()
}

#[test]
fn operations_on_different_cells_come_in_every_order() {
    let threads = [vec![vec![(0, true)]], vec![vec![(1, true)]]];
    for engine in [Engine::Threads, Engine::Fibers] {
        let report = explore(&threads, engine, Strategy::Reduced, 1);
        // Each operation is one step, so one ends before the other begins.
        assert_eq!((report.schedules(), outcomes(&report).len()), (2, 2));
    }
}

#[test]
fn calls_commute_with_calls_and_returns_with_returns() {
    // Of two steps each: the first comes before the other's last, or the other way round, or both do.
    let threads = [
        vec![vec![(0, true), (0, true)]],
        vec![vec![(1, true), (1, true)]],
    ];
    let report = explore(&threads, Engine::Fibers, Strategy::Reduced, 1);
    assert_eq!((report.schedules(), outcomes(&report).len()), (3, 3));
    let all = explore(&threads, Engine::Fibers, Strategy::Exhaustive, 1);
    assert_eq!((all.schedules(), outcomes(&all).len()), (6, 3));
}

#[test]
fn an_operation_without_a_step_takes_place_in_the_step_before() {
    // In the first step of each thread, its second operation is called and returns.
    let threads = [vec![vec![(0, true)], vec![]], vec![vec![(1, true)], vec![]]];
    let report = explore(&threads, Engine::Fibers, Strategy::Reduced, 1);
    assert_eq!((report.schedules(), outcomes(&report).len()), (2, 2));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_schedule_of_each_class_shows_all_histories(
        threads in prop::collection::vec(
            prop::collection::vec(prop::collection::vec((0..3_usize, any::<bool>()), 0..3), 0..3),
            2..=3,
        ),
        workers in 1..=2_usize,
    ) {
        let steps: Vec<usize> = threads.iter().map(|it| it.iter().map(Vec::len).sum()).collect();
        prop_assume!((1..=8).contains(&steps.iter().sum::<usize>()));
        let reduced = explore(&threads, Engine::Fibers, Strategy::Reduced, workers);
        let all = explore(&threads, Engine::Fibers, Strategy::Exhaustive, 1);
        prop_assert_eq!(outcomes(&reduced), outcomes(&all));
        prop_assert!(reduced.schedules() <= all.schedules());
    }
}
