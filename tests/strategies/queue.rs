//! A bounded queue with a bug: what is left of inputs and interleaving is minimal in both.

#[allow(dead_code, unused_imports, reason = "its `main` and what that uses")]
#[path = "../../examples/bounded_queue.rs"]
mod bounded_queue;

use bounded_queue::{Careful, Hasty, Op, operations, program};
use interlace::strategies::interleavings;
use interlace::{Engine, Explorer};
use itertools::Itertools as _;
use proptest::test_runner::TestError;

use crate::runner;

fn on_fibers(operations: [Vec<Op>; 2]) -> Explorer<Hasty> {
    program::<Hasty>(operations).engine(Engine::Fibers)
}

/// All lists of so many operations, with 0 for every value.
fn lists(length: usize) -> Vec<Vec<Op>> {
    let operations = || [Op::Push(0), Op::Pop].into_iter();
    let lists = std::iter::repeat_with(operations).take(length);
    lists.multi_cartesian_product().collect()
}

/// Every pair of lists with so many operations together.
fn pairs(total: usize) -> Vec<[Vec<Op>; 2]> {
    let splits = (0..=total).map(|first| (lists(first), lists(total - first)));
    splits
        .flat_map(|(first, second)| {
            let pairs = first.into_iter().cartesian_product(second);
            pairs
                .map(|(first, second)| [first, second])
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn three_pushes_are_the_least_that_overfill_the_queue() {
    // Every program of fewer operations, under every schedule.
    for total in 0..3 {
        for operations in pairs(total) {
            let report = on_fibers(operations.clone()).explore();
            // No operation, no marker.
            assert!(report.failure().is_none(), "{operations:?}\n{report}");
            assert!(total == 0 || report.is_exhaustive());
        }
    }
    // Of those with three, the ones in which both threads push, and nobody pops.
    let push = |count| vec![Op::Push(0); count];
    let failing: Vec<_> = pairs(3)
        .into_iter()
        .filter(|operations| on_fibers(operations.clone()).explore().failure().is_some())
        .collect();
    assert_eq!(failing, [[push(1), push(2)], [push(2), push(1)]]);
    for operations in failing {
        let report = on_fibers(operations).explore();
        let failure = report.assert_fails();
        assert!(failure.is_proved_minimal());
        assert_eq!(failure.preemptions(), 1);
    }
}

#[test]
fn what_is_left_is_minimal_in_operations_and_preemptions_whatever_the_seed() {
    for seed in 0..60 {
        let strategy = (operations(), operations(), interleavings());
        let result = runner(seed, 2000).run(&strategy, |(first, second, interleaving)| {
            Ok(on_fibers([first, second])
                .run_under(&interleaving)
                .result()?)
        });
        let Err(TestError::Fail(why, (first, second, interleaving))) = result else {
            panic!("{seed}: {result:?}");
        };
        let operations = [first, second];
        assert_eq!(
            operations.iter().map(Vec::len).sum::<usize>(),
            3,
            "{seed}: {operations:?}"
        );
        let zeros = operations.iter().flatten().all(|it| *it == Op::Push(0));
        assert!(zeros, "{seed}: {operations:?}");
        // The schedule is the one that an exhaustive search proves to be minimal.
        let report = on_fibers(operations).explore();
        let failure = report.assert_fails();
        assert!(failure.is_proved_minimal());
        assert_eq!(
            interleaving.schedule().as_ref(),
            Some(failure.schedule()),
            "{seed}"
        );
        assert!(
            why.message().contains("the invariant `holds at most two`"),
            "{why}"
        );
    }
}

#[test]
fn the_fixed_queue_never_holds_too_many() {
    let strategy = (operations(), operations(), interleavings());
    let result = runner(7, 2000).run(&strategy, |(first, second, interleaving)| {
        let explorer = program::<Careful>([first, second]).engine(Engine::Fibers);
        Ok(explorer.run_under(&interleaving).result()?)
    });
    assert!(result.is_ok(), "{result:?}");
}
