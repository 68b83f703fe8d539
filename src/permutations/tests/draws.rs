//! Whether drawn schedules are spread as evenly as chance would have it.
//!
//! Seeds are fixed, so a test that passes once passes always.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{all, draw, rank};
use super::named;

/// Asserts that all of `cells` values are equally frequent, by Pearson's chi-square test.
///
/// For a fair draw the statistic has a mean of `cells - 1` and a variance of twice that, and is
/// nearly normal. Five standard deviations above mean unfair; as many below would mean that the
/// draws depend on each other.
fn assert_even<T: Ord>(cells: usize, values: impl IntoIterator<Item = T>) {
    let mut seen = BTreeMap::new();
    for value in values {
        *seen.entry(value).or_insert(0_u32) += 1;
    }
    assert!(seen.len() <= cells);
    let cells = f64::from(u32::try_from(cells).unwrap());
    let draws = f64::from(seen.values().sum::<u32>());
    let squares: f64 = seen.values().map(|&n| f64::from(n) * f64::from(n)).sum();
    let statistic = squares * cells / draws - draws;
    let freedom = cells - 1.0;
    let deviations = (statistic - freedom) / (2.0 * freedom).sqrt();
    assert!(deviations.abs() < 5.0, "{deviations} standard deviations");
}

#[test]
fn every_schedule_is_equally_likely() {
    for sizes in [&[3, 3][..], &[2, 2, 1], &[4, 1], &[1, 0, 3, 1]] {
        let schedules = all(named(sizes)).count();
        for start in [0, 1 << 20, u64::MAX - 100_000] {
            let seeds = start..start + 1000 * schedules as u64;
            assert_even(schedules, seeds.map(|seed| draw(named(sizes), seed)));
        }
    }
}

/// A generator could give related schedules for neighbouring seeds: the one we use does, unless it
/// is seeded with care.
#[test]
fn the_schedules_of_neighbouring_seeds_are_independent() {
    let rank = |seed| rank(named(&[3, 3]), &draw(named(&[3, 3]), seed)).unwrap();
    for start in [0, 1 << 40] {
        let ranks: Vec<u128> = (start..start + 20 * 400).map(rank).collect();
        for apart in 1..4 {
            let pairs = ranks.iter().zip(&ranks[apart..]);
            assert_even(20 * 20, pairs);
        }
    }
}

#[test]
fn a_few_seeds_already_give_different_schedules() {
    let drawn: Vec<_> = (0..100).map(|seed| draw(named(&[10, 10]), seed)).collect();
    let distinct: BTreeSet<_> = drawn.iter().collect();
    assert!(
        distinct.len() >= 98,
        "of 184 756, 100 draws repeat hardly one"
    );
}

#[test]
fn the_same_seed_draws_the_same_schedule() {
    assert_eq!(draw(named(&[9, 9]), 7), draw(named(&[9, 9]), 7));
    assert_eq!(
        draw([("a", ["x", "y", "z"]), ("b", ["x", "y", "z"])], 0).to_string(),
        "a:x b:x a:y b:y a:z b:z",
        "seeds in people's notes stay good"
    );
}
