//! `schedules`: uniform, legal, and shrunk to the minimum.

use std::collections::BTreeMap;

use interlace::strategies::schedules;
use interlace::{Schedule, permutations};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestError;

use crate::runner;

type Lists = Vec<(String, Vec<String>)>;

fn lists(counts: &[usize]) -> Lists {
    let name = |thread: usize| format!("t{thread}");
    let markers = |count: usize| (0..count).map(|marker| format!("m{marker}")).collect();
    let threads = counts.iter().enumerate();
    threads
        .map(|(thread, &count)| (name(thread), markers(count)))
        .collect()
}

fn borrowed(lists: &Lists) -> impl Iterator<Item = (&String, &Vec<String>)> + Clone {
    lists.iter().map(|(thread, markers)| (thread, markers))
}

/// What is minimised, by the definition: preemptions, then how many steps must be forced.
fn cost(schedule: &Schedule, lists: &Lists) -> (usize, usize) {
    let steps = schedule.steps();
    let is_live = |thread: &str, at: usize| steps[at..].iter().any(|step| step.thread() == thread);
    let default = |at: usize| {
        let last = at.checked_sub(1).map(|before| steps[before].thread());
        let goes_on = last.filter(|last| is_live(last, at));
        let first = lists.iter().map(|(thread, _)| thread.as_str());
        goes_on.or_else(|| first.clone().find(|thread| is_live(thread, at)))
    };
    let deviates = |at: &usize| default(*at) != Some(steps[*at].thread());
    let forced = (0..steps.len()).rfind(deviates).map_or(0, |at| at + 1);
    (schedule.preemptions(), forced)
}

#[test]
fn each_of_six_schedules_is_drawn_as_often_as_the_others() {
    let lists = lists(&[2, 2]);
    let strategy = schedules(borrowed(&lists));
    let mut runner = runner(1, 1);
    let mut counts = BTreeMap::<Schedule, u32>::new();
    for _ in 0..6000 {
        let schedule = strategy.new_tree(&mut runner).unwrap().current();
        *counts.entry(schedule).or_default() += 1;
    }
    assert_eq!(counts.len(), 6);
    // Chi-square with 5 degrees of freedom is above 20.5 in one of a thousand seeds.
    let chi: f64 = counts
        .values()
        .map(|&count| (f64::from(count) - 1000.0).powi(2) / 1000.0)
        .sum();
    assert!(chi < 20.5, "{chi}: {counts:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    /// A property that fails for any set of schedules ends with the smallest of them.
    #[test]
    fn what_is_left_is_the_minimum_of_all_that_fail(
        counts in prop_oneof![Just(vec![2, 2]), Just(vec![3, 2]), Just(vec![2, 1, 1]), Just(vec![3, 3])],
        chosen in btree_set(0..20_usize, 1..12),
        seed in any::<u64>(),
    ) {
        let lists = lists(&counts);
        let all: Vec<Schedule> = permutations::all(borrowed(&lists)).collect();
        let failing: Vec<&Schedule> = chosen.iter().filter_map(|&number| all.get(number)).collect();
        // `all` is in exploration order, and the first of equals is the minimum.
        let expected = failing.iter().min_by_key(|schedule| cost(schedule, &lists));
        let result = runner(seed, 400).run(&schedules(borrowed(&lists)), |schedule| {
            prop_assert!(all.contains(&schedule), "illegal");
            prop_assert!(!failing.contains(&&schedule));
            Ok(())
        });
        match (result, expected) {
            (Err(TestError::Fail(_, minimal)), Some(&expected)) => prop_assert_eq!(&minimal, expected),
            (Ok(()), None) => {}
            // Of at most 20 schedules one is missed by 400 with probability (19/20)^400 < 10^-8.
            (other, expected) => prop_assert!(false, "{:?} {:?}", other, expected),
        }
    }

    #[test]
    fn every_candidate_is_legal_and_ends_where_nothing_smaller_fails(
        counts in vec(0..5_usize, 0..4),
        answers in vec(any::<bool>(), 1..200),
        seed in any::<u64>(),
    ) {
        let lists = lists(&counts);
        let mut tree = schedules(borrowed(&lists)).new_tree(&mut runner(seed, 1)).unwrap();
        let mut failed = tree.current();
        for fails in answers {
            let current = tree.current();
            prop_assert!(permutations::rank(borrowed(&lists), &current).is_ok());
            let goes_on = if fails || current == failed {
                let is_no_worse = cost(&current, &lists) <= cost(&failed, &lists);
                prop_assert!(is_no_worse, "{} after {}", current, failed);
                failed = current;
                tree.simplify()
            } else {
                tree.complicate()
            };
            if !goes_on {
                break;
            }
        }
        while tree.complicate() {}
        prop_assert_eq!(tree.current(), failed);
    }
}

#[test]
fn lists_without_markers_have_the_empty_schedule() {
    let none: [(&str, [&str; 0]); 1] = [("a", [])];
    let mut tree = schedules(none).new_tree(&mut runner(1, 1)).unwrap();
    assert_eq!(tree.current(), Schedule::default());
    assert!(!tree.simplify() && !tree.complicate());
}

#[test]
fn long_lists_are_drawn_and_shrunk_within_the_budget() {
    let lists = lists(&[60, 60]);
    let strategy = schedules(borrowed(&lists));
    // Fails if t1 goes before t0 has ended: minimal is one preemption at once.
    let result = runner(3, 10).run(&strategy, |schedule| {
        let first = schedule
            .steps()
            .iter()
            .position(|step| step.thread() == "t1");
        prop_assert!(first >= Some(60));
        Ok(())
    });
    let Err(TestError::Fail(_, minimal)) = result else {
        panic!("{result:?}");
    };
    // No preemption at all: t1 as a whole comes first.
    assert_eq!(cost(&minimal, &lists), (0, 1));
}
