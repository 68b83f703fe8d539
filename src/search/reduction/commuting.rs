//! The orders in which the steps of an execution could as well have come, by what they declare.

use std::collections::{BTreeMap, BTreeSet};

use super::happens_before::{HappensBefore, mix};
use super::step::PlannedStep;
use crate::operation::Trace;
use crate::site::MarkerId;

/// The steps of one execution, of which some may change places without leaving their class.
#[derive(Debug)]
pub(crate) struct Commuting {
    order: HappensBefore,
    canonical: Vec<usize>,
}

/// How often two steps at these markers were chosen to change places.
pub(crate) type Tried = BTreeMap<[MarkerId; 2], u64>;

/// How many partners of a step are looked at, at most, for the step to change places with.
const LOOKED_AT: usize = 1000;

/// Two steps with their rank among those at the same markers, and their place in the canonical order.
type Ranked = (u64, usize, [usize; 2]);

/// Two orders of the steps of an execution. In one the steps at `at` and after it are the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Swap {
    pub(crate) before: Vec<usize>,
    pub(crate) after: Vec<usize>,
    pub(crate) at: usize,
}

impl Commuting {
    pub(crate) fn of(trace: &Trace<'_>) -> Self {
        let mut order = HappensBefore::default();
        order.read(trace);
        let canonical = order.canonical();
        Commuting { order, canonical }
    }

    /// The order that all executions of the class have in common.
    pub(crate) fn canonical(&self) -> &[usize] {
        &self.canonical
    }

    #[cfg(test)]
    pub(super) fn class(&self) -> u64 {
        self.order.class()
    }

    /// What an execution must be made to do for its steps to come in this order.
    pub(crate) fn planned(&self, order: &[usize]) -> Vec<PlannedStep> {
        order
            .iter()
            .map(|it| self.order.steps[*it].planned())
            .collect()
    }

    /// Pairs of steps that no declaration orders, at most `most`: first those at markers of which the
    /// fewest pairs were tried. Which they are depends on the class alone.
    pub(crate) fn swaps(&self, most: usize, tried: &mut Tried) -> Vec<Swap> {
        let mut pairs: BTreeMap<[MarkerId; 2], BTreeSet<Ranked>> = BTreeMap::new();
        let stride = 1 + self.canonical.len() / LOOKED_AT;
        for (place, &one) in self.canonical.iter().enumerate() {
            let later = self.canonical[place + 1..].iter().enumerate();
            for (distance, &other) in later.step_by(stride) {
                if self.order.is_before(one.min(other), one.max(other)) {
                    continue;
                }
                // Neighbours first: one of their two orders has been run already.
                let rank = match distance {
                    0 => 0,
                    _ => mix(mix(place as u64) ^ distance as u64).max(1),
                };
                let alike = pairs.entry(self.markers(one, other)).or_default();
                alike.insert((rank, place, [one, other]));
                if alike.len() > most {
                    alike.pop_last();
                }
            }
        }
        let mut ranked: Vec<_> = pairs
            .iter()
            .flat_map(|(markers, alike)| {
                let before = tried.get(markers).copied().unwrap_or(0);
                let numbered = (before..).zip(alike);
                numbered.map(move |(number, ranked)| (number, *ranked))
            })
            .collect();
        ranked.sort_unstable();
        ranked.truncate(most);
        for (_, (_, _, [one, other])) in &ranked {
            *tried.entry(self.markers(*one, *other)).or_default() += 1;
        }
        let pairs = ranked.into_iter().map(|(_, (_, _, pair))| pair);
        pairs.map(|pair| self.swap(pair)).collect()
    }

    fn markers(&self, one: usize, other: usize) -> [MarkerId; 2] {
        let mut markers = [one, other].map(|it| self.order.steps[it].pending.operation.name());
        markers.sort_unstable();
        markers
    }

    /// The canonical order, but that nothing comes between the two.
    fn swap(&self, [one, other]: [usize; 2]) -> Swap {
        let is_earlier =
            |it: &usize| self.order.is_before(*it, one) || self.order.is_before(*it, other);
        let rest = self
            .canonical
            .iter()
            .filter(|it| ![one, other].contains(it));
        let (mut before, later): (Vec<usize>, Vec<usize>) = rest.partition(|it| is_earlier(it));
        let at = before.len();
        before.extend([one, other]);
        before.extend(later);
        let mut after = before.clone();
        after.swap(at, at + 1);
        Swap { before, after, at }
    }
}

/// How many exchanges of neighbours lead from one order to the other.
pub(crate) fn distance(from: &[usize], to: &[usize]) -> usize {
    exchange(from, to, usize::MAX).1
}

/// The order that the first `count` of these exchanges lead to.
pub(crate) fn between(from: &[usize], to: &[usize], count: usize) -> Vec<usize> {
    exchange(from, to, count).0
}

/// Exchanges neighbours, `most` times at most: brings what comes first to its place, then what comes next.
/// If neither order has what the other forbids, no order in between has.
fn exchange(from: &[usize], to: &[usize], most: usize) -> (Vec<usize>, usize) {
    let (mut order, mut done) = (from.to_vec(), 0);
    for (place, step) in to.iter().enumerate() {
        let Some(ahead) = order[place..].iter().position(|it| it == step) else {
            break;
        };
        let moves = ahead.min(most - done);
        order[place + ahead - moves..=place + ahead].rotate_right(1);
        done += moves;
        if done == most {
            break;
        }
    }
    (order, done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exchange_leads_nearer() {
        let (from, to) = ([0, 1, 2, 3], [2, 0, 3, 1]);
        // Over 2 go 0 and 1; over 3 goes 1.
        assert_eq!(distance(&from, &to), 3);
        let all: Vec<_> = (0..=3).map(|count| between(&from, &to, count)).collect();
        assert_eq!(all[0], from);
        assert_eq!(all[1], [0, 2, 1, 3]);
        assert_eq!(all[2], [2, 0, 1, 3]);
        assert_eq!(all[3], to);
        assert_eq!(distance(&from, &from), 0);
    }
}
