use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Account, DepthFirst, Part, Search as _};
use super::*;
use crate::operation::{Choice, Event, Pending, SchedulingPoint, Trace};

/// A toy program. Its threads have `steps` steps; unless `salt` is 0, the order of the steps
/// removes some, adds some, or blocks threads, by a hash.
#[derive(Debug, Clone)]
struct Toy {
    steps: Vec<u32>,
    salt: u64,
}

impl Toy {
    fn fixed(steps: &[u32]) -> Self {
        let (steps, salt) = (steps.to_vec(), 0);
        Toy { steps, salt }
    }

    /// The hash of Fowler, Noll and Vo, with its better bits.
    fn hash(&self, kind: u64, order: &[usize]) -> u64 {
        let values = order.iter().map(|&thread| thread as u64 + 7);
        let hash = [kind, self.salt].into_iter().chain(values);
        let hash = hash.fold(0xcbf2_9ce4_8422_2325, |hash: u64, value| {
            (hash ^ value).wrapping_mul(0x0100_0000_01b3)
        });
        (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
    }

    /// Runs one execution; the threads in the order of their steps, and what is said of it.
    fn run(&self, search: &mut dyn Part) -> (Vec<usize>, Account) {
        let mut left = self.steps.clone();
        let mut order = Vec::new();
        let mut steps: Vec<Event> = Vec::new();
        loop {
            let live = (0..left.len()).filter(|&thread| left[thread] > 0);
            let mut enabled: Vec<Pending> = live
                .map(|thread| Pending::at(thread, left[thread]))
                .collect();
            if self.salt > 0 && enabled.len() > 1 && self.hash(1, &order).is_multiple_of(4) {
                enabled.remove(0);
            }
            let point = SchedulingPoint::after(&steps, &enabled);
            let choice = (!enabled.is_empty()).then(|| search.choose(&point));
            let Some(choice) = choice.and_then(Choice::taken) else {
                return (order, search.end(&Trace::of(&steps)));
            };
            let thread = enabled[choice].thread.index();
            left[thread] -= 1;
            order.push(thread);
            steps.push(Event::of(enabled[choice]));
            if self.salt > 0 {
                match self.hash(2, &order) % 8 {
                    0 => left[thread] = 0,
                    1 if order.len() < 8 => left[0] += 1,
                    _ => {}
                }
            }
        }
    }

    fn all(&self) -> Vec<Vec<usize>> {
        let mut search = DepthFirst::default();
        let mut orders = Vec::new();
        while search.new_execution().is_some() {
            orders.push(self.run(&mut search).0);
        }
        orders
    }

    fn weights(&self) -> Arc<Weights> {
        let mut search = DepthFirst::default();
        search.new_execution();
        let mut steps = vec![0; self.steps.len()];
        for thread in self.run(&mut search).0 {
            steps[thread] += 1;
        }
        Arc::new(Weights::of_steps(&steps))
    }

    /// The executions of each shard, and how many were run that are of none.
    fn shards(&self, of: u32, splits: &mut impl FnMut() -> bool) -> (Vec<Vec<Vec<usize>>>, usize) {
        let weights = self.weights();
        let mut others = 0;
        let shards = (1..=of).map(|number| {
            let shard = Shard::new(number, of).unwrap();
            let search = DepthFirst::of_shard(shard, Arc::clone(&weights));
            let (own, foreign, extent) = self.search(Box::new(search), splits);
            assert!(foreign <= 1, "{shard}: {foreign} executions for nothing");
            others += foreign;
            // The parts of a shard are all of it. An `f64` has 53 bits.
            assert!((extent - 1.0).abs() < 1e-9, "{shard}: {extent}");
            own
        });
        (shards.collect(), others)
    }

    /// Runs a search, and what is split from it: what it owns, how many others it runs, how much
    /// of the shard it has been through.
    fn search(
        &self,
        mut search: Box<dyn Part>,
        splits: &mut impl FnMut() -> bool,
    ) -> (Vec<Vec<usize>>, usize, f64) {
        let (mut own, mut others) = (Vec::new(), 0);
        let mut parts = Vec::new();
        let mut extent: Option<Extent<f64>> = None;
        while search.new_execution().is_some() {
            if splits() {
                parts.extend(search.split());
            }
            let (order, account) = self.run(&mut *search);
            assert_eq!(account.contradiction, None);
            let next = search.progress(&[], None).unwrap().share;
            let before = extent.map_or(0.0, |it| it.before + it.within);
            assert!((next.before - before).abs() < 1e-9, "{before} {next:?}");
            extent = Some(next);
            if account.is_repetition {
                others += 1;
            } else {
                own.push(order);
            }
        }
        let mut extent = extent.map_or(0.0, |it| it.before + it.within);
        for part in parts.into_iter().rev() {
            let part = self.search(part, splits);
            own.extend(part.0);
            (others, extent) = (others + part.1, extent + part.2);
        }
        (own, others, extent)
    }
}

#[test]
fn shards_of_a_fixed_tree_differ_by_at_most_one_and_are_ranges_of_ranks() {
    // 6, 1, 30, 70, 1680 and 7! / (3! 1! 2! 1!) = 420 leaves; the last has threads without steps.
    let shapes: [&[u32]; 6] = [
        &[2, 2],
        &[3],
        &[2, 2, 1],
        &[4, 4],
        &[3, 3, 3],
        &[3, 1, 0, 2, 1],
    ];
    for shape in shapes {
        let toy = Toy::fixed(shape);
        let all = toy.all();
        for of in [1, 2, 3, 4, 7, 64] {
            let (shards, _) = toy.shards(of, &mut || false);
            let sizes: Vec<usize> = shards.iter().map(Vec::len).collect();
            let expected = (1..=of).map(|number| {
                let ranks = Shard::new(number, of).unwrap().range(all.len() as u128);
                usize::try_from(ranks.end - ranks.start).unwrap()
            });
            assert_eq!(sizes, expected.collect::<Vec<_>>(), "{shape:?} in {of}");
            let spread = sizes.iter().max().unwrap() - sizes.iter().min().unwrap();
            assert!(spread <= 1, "{shape:?} in {of}: {sizes:?}");
            assert_eq!(shards.concat(), all, "{shape:?} in {of}");
        }
    }
}

#[test]
fn a_tree_with_more_leaves_than_the_line_has_places_is_cut_too() {
    // 200! / (100! 100!) is about 2^196: most leaves have no length. Only the first few are run.
    let toy = Toy::fixed(&[100, 100]);
    let weights = toy.weights();
    let first = |number| {
        let shard = Shard::new(number, 3).unwrap();
        let mut search = DepthFirst::of_shard(shard, Arc::clone(&weights));
        let mut first = Vec::new();
        while first.len() < 5 && search.new_execution().is_some() {
            let (order, account) = toy.run(&mut search);
            if !account.is_repetition {
                first.push(order);
            }
        }
        first
    };
    let firsts = [first(1), first(2), first(3)];
    assert!(firsts.concat().is_sorted_by(|a, b| a < b));
    // Half of the orders begin with the first thread: a third begins within them, two thirds not.
    assert_eq!(firsts.map(|orders| orders[0][0]), [0, 0, 1]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn shards_of_any_tree_are_disjoint_and_complete(
        steps in vec(0..4_u32, 1..4),
        salt in any::<u64>(),
        splits in vec(any::<bool>(), 1..20),
    ) {
        let toy = Toy { steps, salt };
        let all = toy.all();
        let mut splits = splits.into_iter().cycle();
        for of in 1..=7 {
            let (shards, others) = toy.shards(of, &mut || splits.next().unwrap_or(false));
            prop_assert!(others < of as usize, "the first shard begins with the first leaf");
            prop_assert_eq!(shards.concat(), &all[..], "in {}", of);
        }
    }

    #[test]
    fn a_shard_prints_and_parses_back(number in any::<u32>(), of in any::<u32>()) {
        if let Some(shard) = Shard::new(number, of) {
            prop_assert_eq!(shard.to_string().parse(), Ok(shard));
        } else {
            prop_assert_eq!(format!("{number}/{of}").parse::<Shard>(), Err(()));
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = text.parse::<Shard>();
    }
}

#[test]
fn a_shard_is_one_of_so_many() {
    for text in [
        "0/3",
        "4/3",
        "1/0",
        "1",
        "/",
        "1/3/5",
        "-1/3",
        "a/b",
        "1/4294967296",
        " 1/3",
    ] {
        assert_eq!(text.parse::<Shard>(), Err(()), "{text}");
    }
    assert_eq!("3/3".parse(), Ok(Shard { number: 3, of: 3 }));
}

/// What the arithmetic must bear: the longest line, and the heaviest weights.
#[test]
fn the_largest_numbers_are_multiplied() {
    let most = u32::MAX as usize;
    let weights = Arc::new(Weights::of_steps(&[most, most, most]));
    let shard = Shard::new(u32::MAX, u32::MAX).unwrap();
    let mut bound = Bound::new(weights, shard);
    let enabled: Vec<Pending> = (0..5).map(|thread| Pending::at(thread, 0)).collect();
    // A thread that had no step in the first execution weighs as one step does of 2^31: twice what
    // a shard has.
    assert_eq!(bound.choices(&enabled), 4..5);
    for _ in 0..100 {
        bound.enter(&enabled, 4);
        assert_eq!(bound.choices(&enabled).end, 5);
    }
}
