//! An exact part of a search, on which several machines agree without talking to each other.
//!
//! Every node of the tree of choices has a span of one line: the root has the whole line, and
//! children split the span of their parent in proportion to their weights. Shard i of n owns the
//! leaves whose span starts in the i-th of n equal pieces of the line. So each leaf has exactly one
//! owner in any tree, as long as all shards give each node the same weight.
//!
//! The weight of a child is the number of steps that its thread has left (at least 1), by the
//! counts of the first execution, which is the same everywhere. If threads take the same steps
//! whatever the schedule, that is the child's share of the leaves (a multinomial): then a leaf
//! starts in proportion to its rank, and the sizes of shards differ by at most one. Otherwise
//! shards are as equal as that guess is good.

mod span;

use std::fmt;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use span::Span;

use super::share::{Extent, steps_of_each};
use crate::operation::{Event, Pending, ThreadId};
use crate::permutations::Counts;

/// Part `number` of a search that is cut into `of` parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// Shard `number`, counted from 1, of `of`; `None` if there is no such shard.
    pub(crate) fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Shard { number, of })
    }

    pub(crate) fn number(self) -> u32 {
        self.number
    }

    pub(crate) fn of(self) -> u32 {
        self.of
    }

    /// Its part of `0..whole`. Sizes differ by at most one.
    ///
    /// To be called with a `whole` of at most 2^96.
    pub(crate) fn range(self, whole: u128) -> Range<u128> {
        let cut = |number: u32| (whole * u128::from(number)).div_ceil(u128::from(self.of));
        cut(self.number - 1)..cut(self.number)
    }

    /// Its part of `0..all`, as [`range`](Self::range).
    pub(crate) fn range_of(self, all: u64) -> Range<u64> {
        let Range { start, end } = self.range(u128::from(all));
        let fits = |at: u128| u64::try_from(at).unwrap_or(all);
        fits(start)..fits(end)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (number, of) = text.split_once('/').ok_or(())?;
        let number = number.parse().map_err(drop)?;
        Shard::new(number, of.parse().map_err(drop)?).ok_or(())
    }
}

/// How long the line may be. A length times a sum of weights, each at most 2^32, fits a `u128`.
const LINE: u128 = 1 << 95;

/// What the weights of nodes are computed from.
#[derive(Debug)]
pub(crate) struct Weights {
    /// How many steps each thread takes, as far as is known.
    pub(crate) steps: Vec<u32>,
    line: u128,
}

impl Weights {
    /// The weights that follow from the steps of the first execution.
    pub(crate) fn of(first: &[Event]) -> Self {
        Weights::of_steps(&steps_of_each(first))
    }

    fn of_steps(steps: &[usize]) -> Self {
        // A line that is a multiple of the number of leaves makes shards of a fixed tree even.
        let leaves = steps.iter().copied().collect::<Counts>().orders();
        let leaves = leaves.filter(|leaves| *leaves <= LINE).unwrap_or(1);
        // No sum of weights may come near 2^32. No execution has that many steps.
        let most = (1 << 31) / u32::try_from(steps.len().max(1)).unwrap_or(u32::MAX);
        let steps = steps.iter().map(|&steps| u32::try_from(steps));
        Weights {
            steps: steps.map(|steps| steps.unwrap_or(most).min(most)).collect(),
            line: LINE / leaves * leaves,
        }
    }
}

/// Bounds a depth-first search to the nodes whose span meets that of a shard.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    weights: Arc<Weights>,
    range: Range<u128>,
    /// Where on the line this search began.
    began: u128,
    /// The spans of the points of the path.
    spans: Vec<Span>,
    /// The threads that went at the points whose children have a span in `spans`.
    path: Vec<ThreadId>,
    /// How many steps of each thread are in `path`.
    taken: Vec<u32>,
}

impl Bound {
    pub(super) fn new(weights: Arc<Weights>, shard: Shard) -> Self {
        let range = shard.range(weights.line);
        Bound {
            began: range.start,
            spans: vec![Span::new(0, weights.line)],
            path: Vec::new(),
            taken: vec![0; weights.steps.len()],
            weights,
            range,
        }
    }

    /// The choices of the last point of the path that lead into the shard.
    pub(super) fn choices(&self, enabled: &[Pending]) -> Range<usize> {
        let meets = |choice: &usize| self.child(enabled, *choice).meets(&self.range);
        let first = (0..enabled.len()).find(meets).unwrap_or(0);
        let last = (first..enabled.len()).rfind(meets).unwrap_or(first);
        first..last + 1
    }

    /// Goes on to a new point, by this choice among the enabled threads of the last one.
    pub(super) fn enter(&mut self, enabled: &[Pending], choice: usize) {
        let span = self.child(enabled, choice);
        let thread = enabled[choice].thread;
        if self.taken.len() <= thread.index() {
            self.taken.resize(thread.index() + 1, 0);
        }
        self.taken[thread.index()] += 1;
        self.path.push(thread);
        self.spans.push(span);
    }

    /// Goes back to the point that `depth` choices lead to.
    pub(super) fn leave(&mut self, depth: usize) {
        for thread in self.path.drain(depth.min(self.path.len())..) {
            self.taken[thread.index()] -= 1;
        }
        self.spans.truncate(depth + 1);
    }

    /// The bound of a search that begins with this choice at the last point of the path.
    pub(super) fn beginning(mut self, enabled: &[Pending], choice: usize) -> Self {
        self.began = self.child(enabled, choice).start().max(self.range.start);
        self
    }

    /// Whether the shard owns the leaf that this choice at the last point leads to; if there is no
    /// choice, the only leaf.
    pub(super) fn owns(&self, last: Option<(&[Pending], usize)>) -> bool {
        self.range.contains(&self.below(last).start())
    }

    /// How much of the shard this search has done.
    pub(super) fn extent(&self, last: Option<(&[Pending], usize)>) -> Extent<f64> {
        let below = self.below(last);
        let within = |at: u128| at.clamp(self.began, self.range.end);
        let (start, end) = (within(below.start()), within(below.end()));
        #[allow(clippy::cast_precision_loss, reason = "a share, to be shown")]
        let share = |length: u128| length as f64 / (self.range.end - self.range.start) as f64;
        Extent {
            before: share(start - self.began),
            within: share(end - start),
        }
    }

    fn below(&self, last: Option<(&[Pending], usize)>) -> Span {
        match last {
            Some((enabled, choice)) => self.child(enabled, choice),
            None => self.last(),
        }
    }

    fn last(&self) -> Span {
        *self.spans.last().expect("the root has a span")
    }

    fn child(&self, enabled: &[Pending], choice: usize) -> Span {
        let weight = |enabled: &Pending| self.weight(enabled.thread);
        let before: u64 = enabled[..choice].iter().map(weight).sum();
        let after: u64 = enabled[choice + 1..].iter().map(weight).sum();
        self.last().part(before, weight(&enabled[choice]), after)
    }

    /// How many steps a thread has left, at least 1.
    fn weight(&self, thread: ThreadId) -> u64 {
        let of = |counts: &[u32]| counts.get(thread.index()).copied().unwrap_or(0);
        let left = of(&self.weights.steps).saturating_sub(of(&self.taken));
        u64::from(left.max(1))
    }
}

#[cfg(test)]
mod tests;
