use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::operation::{SchedulingPoint, Trace};
use crate::search::{DepthFirst, Part, Search as _};

/// Runs one execution of threads with `counts` steps; a thread that `waits` is enabled only when
/// thread 0 has ended.
fn run(counts: &[usize], waits: Option<usize>, search: &mut dyn Part) -> Vec<Event> {
    let mut left = counts.to_vec();
    let mut steps = Vec::new();
    loop {
        let is_enabled = |&t: &usize| left[t] > 0 && !(waits == Some(t) && left[0] > 0);
        let enabled = (0..left.len()).filter(is_enabled);
        let enabled: Vec<Pending> = enabled.map(|thread| Pending::at(thread, 0)).collect();
        if enabled.is_empty() {
            search.end(&Trace::of(&steps));
            return steps;
        }
        let choice = search.choose(&SchedulingPoint::after(&steps, &enabled));
        let pending = enabled[choice.taken().unwrap()];
        left[pending.thread.index()] -= 1;
        steps.push(Event::of(pending));
    }
}

/// How far the search is, in shares of its tree.
fn share_of(search: &dyn Part, began: &[usize]) -> Extent<f64> {
    search.progress(began, None).unwrap().share
}

/// How far the search is, in leaves of `tree`.
fn leaves_of(search: &dyn Part, began: &[usize], tree: &Multinomial) -> Option<Extent<u128>> {
    search.progress(began, Some(tree)).unwrap().leaves
}

/// The share done before each execution, and after the last.
fn shares(counts: &[usize], waits: Option<usize>) -> Vec<f64> {
    let mut search = DepthFirst::default();
    let mut shares = Vec::new();
    while search.new_execution().is_some() {
        shares.push(share_of(&search, &[]).before);
        run(counts, waits, &mut search);
    }
    let end = share_of(&search, &[]);
    shares.push(end.before + end.within);
    shares
}

#[test]
fn each_node_is_split_evenly() {
    // Thread 0 has two steps and thread 1 one: the leaves are 001 (a quarter), 010 (a quarter) and
    // 100 (a half).
    assert_eq!(shares(&[2, 1], None), [0.0, 0.25, 0.5, 1.0]);
}

#[test]
fn leaves_done_by_share_done_estimate_the_leaves() {
    // In the tree above: 1 / 0.25, 2 / 0.5, 3 / 1. The last is the number.
    let estimates: Vec<_> = [(0, 0.0), (1, 0.25), (2, 0.5), (3, 1.0)]
        .map(|(leaves, share)| estimate(leaves, share))
        .to_vec();
    assert_eq!(estimates, [None, Some(4.0), Some(4.0), Some(3.0)]);
}

#[test]
fn the_multinomial_numbers_every_leaf() {
    // 10! / (3! 3! 4!) = 4200
    let counts = [3, 3, 4];
    let mut search = DepthFirst::default();
    assert!(search.new_execution().is_some());
    let tree = Multinomial::supposed(&run(&counts, None, &mut search)).unwrap();
    assert_eq!(tree.leaves, 4200);
    let mut leaves = 1;
    while search.new_execution().is_some() {
        assert_eq!(leaves_of(&search, &[], &tree).unwrap().before, leaves);
        run(&counts, None, &mut search);
        leaves += 1;
    }
    let end = leaves_of(&search, &[], &tree).unwrap();
    assert_eq!((end.before, end.within, leaves), (4199, 1, 4200));
}

#[test]
fn a_thread_that_waits_contradicts_the_multinomial() {
    // Thread 1 starts when thread 0 has ended, so there is one schedule and not 4! / (2! 2!) = 6.
    let mut search = DepthFirst::default();
    assert!(search.new_execution().is_some());
    let tree = Multinomial::supposed(&run(&[2, 2], Some(1), &mut search)).unwrap();
    assert_eq!(tree.leaves, 6);
    assert!(search.new_execution().is_none());
    assert_eq!(leaves_of(&search, &[], &tree), None);
}

#[test]
fn a_multinomial_beyond_all_numbers_is_none() {
    let steps = (0..200).map(|step| Event::of(Pending::at(step % 2, 0)));
    let execution: Vec<Event> = steps.collect();
    assert!(Multinomial::supposed(&execution).is_none());
}

/// Runs `search` and the parts it gives away; returns the shares and the leaves of all parts.
fn run_parts(
    counts: &[usize],
    mut search: Box<dyn Part>,
    began: &[usize],
    splits: &mut impl FnMut() -> bool,
    tree: &mut Option<Multinomial>,
) -> (f64, u64) {
    let mut sums = (0.0, 0);
    let mut own = 0;
    while search.new_execution().is_some() {
        if let Some(tree) = tree {
            let extent = leaves_of(&*search, began, tree).unwrap();
            assert_eq!(extent.before, u128::from(own), "leaves of this part alone");
        }
        if splits()
            && let Some(part) = search.split()
        {
            let began = part.order();
            let (share, leaves) = run_parts(counts, part, &began, splits, tree);
            sums = (sums.0 + share, sums.1 + leaves);
        }
        let steps = run(counts, None, &mut *search);
        tree.get_or_insert_with(|| Multinomial::supposed(&steps).unwrap());
        own += 1;
    }
    let end = share_of(&*search, began);
    (sums.0 + end.before + end.within, sums.1 + own)
}

proptest! {
    #[test]
    fn the_share_grows_and_ends_at_one(
        counts in vec(0..4_usize, 1..4),
        waits in proptest::option::of(1..3_usize),
    ) {
        let shares = shares(&counts, waits);
        prop_assert!(shares.is_sorted_by(|a, b| a < b), "{:?}", shares);
        prop_assert!(shares[0].abs() < 1e-12);
        prop_assert!((shares[shares.len() - 1] - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_shares_of_all_parts_are_the_whole(
        counts in vec(0..4_usize, 1..4),
        splits in vec(any::<bool>(), 1..20),
    ) {
        let mut splits = splits.into_iter().cycle();
        let mut splits = || splits.next().unwrap_or(false);
        let mut tree = None;
        let whole = Box::new(DepthFirst::default());
        let (share, leaves) = run_parts(&counts, whole, &[], &mut splits, &mut tree);
        prop_assert!((share - 1.0).abs() < 1e-12);
        prop_assert_eq!(u128::from(leaves), tree.unwrap().leaves);
    }
}
