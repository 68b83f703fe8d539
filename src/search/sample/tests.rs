mod accesses;
mod feedback;

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::prelude::*;

use super::feedback::{CHANGES, MUTANTS};
use super::hand_over::{HandOver, add_hand_overs};
use super::surw::Selected;
use super::*;
use crate::search::DepthFirst;
use crate::search::toy::Toy;
use crate::site::MarkerId;

const METHODS: [Method; 7] = [
    Method::RandomWalk,
    Method::Uniform,
    Method::Pct { depth: 1 },
    Method::Pct { depth: 3 },
    Method::Pos,
    Method::Surw,
    Method::RoundRobin,
];

/// The executions 0 to `schedules`.
fn drawn(toy: &Toy<'_>, method: Method, seed: u64, schedules: u64) -> Vec<Vec<usize>> {
    toy.all(&mut Sample::new(method, seed, 0..schedules))
}

/// How far a sample is from these probabilities: the deviation of Pearson's chi-square statistic
/// from its mean, in standard deviations. The sample must be large enough for each to come 5 times.
fn deviation(probabilities: &BTreeMap<Vec<usize>, f64>, sample: &[Vec<usize>]) -> f64 {
    let mut seen: BTreeMap<&[usize], f64> = BTreeMap::new();
    for order in sample {
        *seen.entry(order).or_default() += 1.0;
    }
    let size = f64::from(u32::try_from(sample.len()).unwrap());
    let statistic: f64 = probabilities
        .iter()
        .map(|(order, probability)| {
            let expected = probability * size;
            assert!(expected >= 5.0, "too small a sample");
            let seen = seen.remove(&order[..]).unwrap_or(0.0);
            (seen - expected).powi(2) / expected
        })
        .sum();
    assert!(seen.is_empty(), "impossible orders: {seen:?}");
    let freedom = f64::from(u32::try_from(probabilities.len()).unwrap() - 1);
    (statistic - freedom) / (2.0 * freedom).sqrt()
}

/// All orders, each as likely as any other.
fn uniform(toy: &Toy<'_>) -> BTreeMap<Vec<usize>, f64> {
    let all = toy.all(&mut DepthFirst::default());
    let probability = 1.0 / f64::from(u32::try_from(all.len()).unwrap());
    all.into_iter().map(|order| (order, probability)).collect()
}

/// All orders, with the probabilities of the random walk: one over the number of threads that have
/// steps left, at each step.
fn walk(toy: &Toy<'_>) -> BTreeMap<Vec<usize>, f64> {
    let probability = |order: &Vec<usize>| {
        let live = |at| (0..toy.counts.len()).filter(move |thread| order[at..].contains(thread));
        (0..order.len())
            .map(|at| 1.0 / f64::from(u32::try_from(live(at).count()).unwrap()))
            .product()
    };
    let all = toy.all(&mut DepthFirst::default());
    all.into_iter()
        .map(|order| (order.clone(), probability(&order)))
        .collect()
}

const SHAPES: [&[u32]; 5] = [&[2, 2], &[3, 2], &[4, 4], &[6, 1], &[2, 2, 2]];

/// Samples with a hundred executions for each order of the shape, after the first, which is drawn
/// while the profile is empty.
fn deviations(
    shape: &[u32],
    expected: fn(&Toy<'_>) -> BTreeMap<Vec<usize>, f64>,
    method: Method,
) -> Vec<f64> {
    let toy = Toy {
        counts: shape,
        marker: |_, _| 0,
        ..Toy::new(shape)
    };
    let expected = expected(&toy);
    let size = 100 * expected.len() as u64;
    (0..3)
        .map(|seed| deviation(&expected, &drawn(&toy, method, seed, size + 1)[1..]))
        .collect()
}

#[test]
fn uniform_draws_every_order_as_often_as_any_other() {
    for shape in SHAPES {
        for deviation in deviations(shape, uniform, Method::Uniform) {
            assert!(deviation.abs() < 4.0, "{shape:?}: {deviation}");
        }
    }
}

#[test]
fn the_walk_and_the_other_methods_do_not() {
    // The statistic grows with the sample: a hundred for each order are enough to tell.
    for shape in [&[4, 4][..], &[2, 2, 2]] {
        for method in [
            Method::RandomWalk,
            Method::Pct { depth: 3 },
            Method::RoundRobin,
        ] {
            for deviation in deviations(shape, uniform, method) {
                assert!(deviation > 10.0, "{shape:?} {method:?}: {deviation}");
            }
        }
    }
}

#[test]
fn the_walk_has_the_probabilities_that_follow_from_what_it_does() {
    for shape in [&[2, 2][..], &[3, 2], &[2, 2, 1]] {
        for deviation in deviations(shape, walk, Method::RandomWalk) {
            assert!(deviation.abs() < 4.0, "{shape:?}: {deviation}");
        }
    }
}

#[test]
fn surw_is_uniform_where_all_steps_are_at_one_marker() {
    for shape in SHAPES {
        for deviation in deviations(shape, uniform, Method::Surw) {
            assert!(deviation.abs() < 4.0, "{shape:?}: {deviation}");
        }
    }
}

#[test]
fn surw_is_uniform_over_the_orders_of_the_steps_at_one_marker() {
    // The last two steps of each thread are at marker 1, those before at markers of their own.
    let toy = Toy {
        counts: &[5, 4],
        marker: |thread, step| {
            let before = [3, 2][thread];
            if step < before {
                [10, 20][thread] + step
            } else {
                1
            }
        },
        ..Toy::new(&[5, 4])
    };
    let marker = MarkerId::new(1);
    let mut orders = Vec::new();
    for index in 0..4000 {
        let mut search = Sample::new(Method::Surw, 0, 0..0);
        search.draw = Box::new(Surw::selecting(Selected::Marker(marker), vec![2, 2]));
        search.rng = generator_of(5, index);
        let (order, _) = toy.run(&mut search);
        let mut passed = [0, 0];
        let mut selected = Vec::new();
        for thread in order {
            if passed[thread] >= [3, 2][thread] {
                selected.push(thread);
            }
            passed[thread] += 1;
        }
        orders.push(selected);
    }
    let deviation = deviation(&uniform(&Toy::new(&[2, 2])), &orders);
    assert!(deviation.abs() < 4.0, "{deviation}");
}

#[test]
fn pos_is_the_walk_where_all_steps_conflict() {
    // With one marker for all steps, everybody draws a new priority after each.
    for shape in [&[2, 2][..], &[3, 2], &[2, 2, 1]] {
        for deviation in deviations(shape, walk, Method::Pos) {
            assert!(deviation.abs() < 4.0, "{shape:?}: {deviation}");
        }
    }
}

#[test]
fn pos_lets_a_thread_wait_where_no_steps_conflict() {
    // The loser of the first draw keeps its priority, the lower of two; the winner draws another,
    // which is higher with a probability of 2/3, and not of 1/2 as in a walk. So aabb has 1/3.
    let toy = Toy {
        counts: &[2, 2],
        marker: |thread, step| [0, 2][thread] + step,
        ..Toy::new(&[2, 2])
    };
    let sample = drawn(&toy, Method::Pos, 1, 6000);
    let serial = sample
        .iter()
        .filter(|order| **order == [0, 0, 1, 1])
        .count();
    // A third of 6000 is 2000, with a standard deviation of 37.
    assert!((1850..2150).contains(&serial), "{serial}");
}

/// An order of some steps, each given by its thread and its number.
type Bug = [(usize, u32)];

/// How many of 20 000 executions have the bug.
fn hits(counts: &[u32], depth: usize, bug: &Bug) -> u32 {
    let toy = Toy::new(counts);
    let is_hit = |order: &&Vec<usize>| {
        let place = |&(thread, step): &(usize, u32)| {
            let mut own = (0..order.len()).filter(|&at| order[at] == thread);
            own.nth(step as usize)
        };
        bug.iter().map(place).is_sorted()
    };
    let sample = drawn(&toy, Method::Pct { depth }, 11, 20_000);
    u32::try_from(sample.iter().filter(is_hit).count()).unwrap()
}

#[test]
fn pct_finds_bugs_with_the_probability_that_it_promises() {
    // The bug, how many orderings between steps of different threads it needs, and the threads.
    let bugs: [(&Bug, usize, &[u32]); 6] = [
        // The first step of the last thread comes before that of the first.
        (&[(1, 0), (0, 0)], 1, &[4, 4]),
        (&[(3, 0), (0, 0)], 1, &[3, 3, 3, 3]),
        // A step of another comes between two: lost updates, checks then acts.
        (&[(0, 0), (1, 0), (0, 1)], 2, &[2, 2]),
        (&[(0, 4), (1, 2), (0, 5)], 2, &[8, 4]),
        // And one of the first between two of the other.
        (&[(0, 1), (1, 1), (0, 2), (1, 2)], 3, &[4, 4]),
        (&[(0, 1), (1, 1), (2, 1), (0, 2)], 3, &[3, 3, 3]),
    ];
    for (bug, depth, counts) in bugs {
        let steps: u32 = counts.iter().sum();
        let threads = u32::try_from(counts.len()).unwrap();
        let bound = threads * steps.pow(u32::try_from(depth - 1).unwrap());
        let found = hits(counts, depth, bug);
        assert!(found * bound >= 20_000, "{bug:?}: {found}, 1/{bound}");
    }
}

#[test]
fn pct_with_less_depth_misses_what_needs_more() {
    // Without a change of priorities there is no preemption; with one there is one.
    assert_eq!(hits(&[2, 2], 1, &[(0, 0), (1, 0), (0, 1)]), 0);
    let two_preemptions = [(0, 1), (1, 1), (0, 2), (1, 2)];
    // The first execution knows nothing of the program, and is as any later one here.
    assert_eq!(hits(&[4, 4], 2, &two_preemptions), 0);
    assert!(hits(&[4, 4], 3, &two_preemptions) > 0);
}

#[test]
fn every_method_comes_to_every_order_of_a_small_shape() {
    for method in METHODS {
        for shape in [&[2, 2][..], &[2, 2, 1]] {
            let toy = Toy::new(shape);
            let mut seen = drawn(&toy, method, 2, 5000);
            seen.sort();
            seen.dedup();
            let expected = match (method, shape.len()) {
                // Priorities that never change preempt no thread.
                (Method::Pct { depth: 1 }, 2) => 2,
                (Method::Pct { depth: 1 }, _) => 6,
                // All but ababc, abacb, babac and babca: when the thread that went first has been
                // preempted, the one that has not gone yet comes next.
                (Method::Pct { depth: 3 }, 3) => 26,
                _ => toy.all(&mut DepthFirst::default()).len(),
            };
            assert_eq!(seen.len(), expected, "{method:?} {shape:?}");
        }
    }
}

#[test]
fn the_same_seed_draws_the_same_and_another_draws_others() {
    let toy = Toy::new(&[6, 6]);
    for method in METHODS {
        let sample = |seed| drawn(&toy, method, seed, 50);
        assert_eq!(sample(7), sample(7), "{method:?}");
        assert_ne!(sample(7), sample(8), "{method:?}");
        // Not a part of it, either, from some place on.
        if !matches!(method, Method::Pct { .. }) {
            assert_ne!(sample(7)[10..50], sample(8)[9..49], "{method:?}");
        }
    }
}

#[test]
fn neighbouring_executions_are_independent() {
    // Pairs of what comes one after the other, over the six orders of two threads with two steps.
    let toy = Toy::new(&[2, 2]);
    let single = uniform(&toy);
    let pairs = single.iter().flat_map(|(one, p)| {
        let joined = move |(other, q): (&Vec<usize>, &f64)| ([&one[..], other].concat(), p * q);
        single.iter().map(joined)
    });
    let pairs: BTreeMap<_, _> = pairs.collect();
    let sample = drawn(&toy, Method::Uniform, 3, 7201);
    let seen: Vec<_> = sample[1..].windows(2).map(<[_]>::concat).collect();
    let deviation = deviation(&pairs, &seen);
    assert!(deviation.abs() < 4.0, "{deviation}");
}

#[test]
fn only_what_is_drawn_as_expected_counts_as_uniform() {
    let uniform = |counts: [&[u32]; 8]| {
        let mut search = Sample::new(Method::Uniform, 0, 0..8);
        counts.map(|counts| {
            search.new_execution();
            Toy::new(counts).run(&mut search).1.is_uniform
        })
    };
    // The first execution teaches the counts.
    let same = uniform([&[2, 3]; 8]);
    assert_eq!(same, [false, true, true, true, true, true, true, true]);
    // A thread that has more, or fewer, or is not there at all. What has come among the first five
    // is expected later.
    let varied = uniform([
        &[2, 3],
        &[2, 4],
        &[2, 4],
        &[2, 3],
        &[2, 4],
        &[2, 4, 1],
        &[2],
        &[2, 4],
    ]);
    assert_eq!(
        varied,
        [false, false, true, false, true, false, false, true]
    );
}

proptest! {
    #[test]
    fn a_sample_in_parts_draws_the_same_in_the_same_order(
        counts in vec(0..5_u32, 1..4),
        splits in vec(any::<bool>(), 1..20),
        schedules in 0..60_u64,
        seed in any::<u64>(),
        method in prop::sample::select(&METHODS),
    ) {
        let toy = Toy::new(&counts);
        let mut splits = splits.into_iter().cycle();
        let mut splits = || splits.next().unwrap_or(false);
        let whole = Sample::new(method, seed, 0..schedules);
        let (parts, _) = toy.all_in_parts(Box::new(whole), &mut splits);
        prop_assert_eq!(parts.len() as u64, schedules);
        prop_assert_eq!(parts, drawn(&toy, method, seed, schedules));
    }
}
