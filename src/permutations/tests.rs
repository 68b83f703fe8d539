//! Tests the permutations against known numbers and brute force.

mod draws;
mod limits;
mod refusals;

use itertools::Itertools as _;
use proptest::collection::vec;
use proptest::prelude::*;

use super::{all, count, nth, rank};
use crate::schedule;
use crate::schedule::{Schedule, Step};

type Named = Vec<(String, Vec<String>)>;

/// Makes lists with these numbers of markers: threads `t0`, `t1`, …, markers `m0`, `m1`, …
fn named(sizes: &[usize]) -> Named {
    let threads = sizes.iter().enumerate();
    threads
        .map(|(thread, &size)| {
            let markers = (0..size).map(|marker| format!("m{marker}"));
            (format!("t{thread}"), markers.collect())
        })
        .collect()
}

/// Lists the schedules by recursion over the remaining lists, straight from the definition.
fn brute_force(lists: &[(String, Vec<String>)]) -> Vec<Schedule> {
    fn extend(left: &mut [(&str, &[String])], steps: &mut Vec<Step>, found: &mut Vec<Schedule>) {
        if left.iter().all(|(_, markers)| markers.is_empty()) {
            found.push(steps.iter().cloned().collect());
        }
        for thread in 0..left.len() {
            let (name, markers) = left[thread];
            if let Some((first, rest)) = markers.split_first() {
                left[thread].1 = rest;
                steps.push(Step::new(name, first));
                extend(left, steps, found);
                steps.pop();
                left[thread].1 = markers;
            }
        }
    }
    let mut found = Vec::new();
    let mut left = lists.iter().map(|(n, m)| (&n[..], &m[..])).collect_vec();
    extend(&mut left, &mut Vec::new(), &mut found);
    found
}

/// Lists of at most 3 · 3 markers, so of at most 1680 schedules. Names and markers are in no order,
/// and a list may contain a marker twice.
fn small_lists() -> impl Strategy<Value = Named> {
    let names = Just(["b", "c", "a"].map(str::to_owned).to_vec()).prop_shuffle();
    let markers = vec(vec("[xyz]", 0..=3), 0..=3);
    (names, markers).prop_map(|(names, markers)| names.into_iter().zip(markers).collect())
}

/// The numbers are (k1 + … + kn)! / (k1! … kn!).
#[test]
fn the_number_of_schedules_is_the_multinomial() {
    let known: [(&[usize], u128); 16] = [
        (&[], 1),
        (&[0, 0], 1),
        (&[7], 1),
        (&[2, 2], 6),
        (&[3, 2], 10),
        (&[1, 1, 1], 6),
        (&[2, 2, 1], 30),
        (&[3, 3], 20),
        (&[4, 4], 70),
        (&[5, 5], 252),
        (&[2, 2, 2], 90),
        (&[3, 3, 3], 1680),
        (&[2, 0, 1, 3], 60),
        (&[10, 10], 184_756),
        (&[5, 5, 5, 5], 11_732_745_024),
        (&[10, 10, 10], 5_550_996_791_340),
    ];
    for (sizes, number) in known {
        assert_eq!(count(named(sizes)), Ok(number), "{sizes:?}");
        if number < 10_000 {
            let found = all(named(sizes)).collect_vec();
            assert_eq!(found.len() as u128, number, "{sizes:?}");
            assert!(found.is_sorted_by(|a, b| a < b), "{sizes:?}");
        }
    }
}

#[test]
fn schedules_come_depth_first_with_threads_in_the_order_they_were_added() {
    let lists = [("b", ["x", "y"]), ("a", ["x", "y"])];
    let expected = [
        schedule![b: x, b: y, a: x, a: y],
        schedule![b: x, a: x, b: y, a: y],
        schedule![b: x, a: x, a: y, b: y],
        schedule![a: x, b: x, b: y, a: y],
        schedule![a: x, b: x, a: y, b: y],
        schedule![a: x, a: y, b: x, b: y],
    ];
    assert_eq!(all(lists).collect_vec(), expected);
}

#[test]
fn no_markers_have_one_schedule_the_empty_one() {
    let none: [(&str, [&str; 0]); 0] = [];
    assert_eq!(all(none).collect_vec(), [schedule![]]);
    assert_eq!(rank(none, &schedule![]), Ok(0));
    assert_eq!(nth(none, 0), Some(schedule![]));
    assert_eq!(nth(none, 1), None);
}

#[test]
fn two_lists_of_one_name_are_one_threads() {
    let apart = [("a", ["x"]), ("b", ["x"]), ("a", ["y"])];
    let joined = [("a", vec!["x", "y"]), ("b", vec!["x"])];
    assert_eq!(count(apart), Ok(3));
    assert_eq!(all(apart).collect_vec(), all(joined).collect_vec());
}

#[test]
fn an_exhausted_iterator_stays_exhausted() {
    let mut schedules = all([("a", ["x"])]);
    assert_eq!(schedules.next(), Some(schedule![a: x]));
    assert_eq!(schedules.next(), None);
    assert_eq!(schedules.next(), None);
    assert_eq!(schedules.size_hint(), (0, Some(0)));
}

#[test]
fn the_size_hint_is_exact_at_every_step() {
    let mut schedules = all(named(&[3, 2, 1]));
    for left in (1..=60).rev() {
        assert_eq!(schedules.size_hint(), (left, Some(left)));
        schedules.next();
    }
    assert_eq!(schedules.size_hint(), (0, Some(0)));
}

proptest! {
    #[test]
    fn the_iterator_yields_what_brute_force_finds(lists in small_lists()) {
        let expected = brute_force(&lists);
        prop_assert_eq!(count(lists.clone()), Ok(expected.len() as u128));
        prop_assert_eq!(all(lists).collect_vec(), expected);
    }

    #[test]
    fn nth_is_nth_of_the_iterator(lists in small_lists(), n in 0..2000_usize) {
        prop_assert_eq!(nth(lists.clone(), n as u128), all(lists).nth(n));
    }

    #[test]
    fn rank_is_the_position_in_the_iterator(lists in small_lists()) {
        for (position, schedule) in all(lists.clone()).enumerate().step_by(7) {
            prop_assert_eq!(rank(lists.clone(), &schedule), Ok(position as u128));
        }
    }
}
