//! Every execution once, depth first, threads in the order in which they were added.

use std::sync::Arc;

use super::shard::Bound;
use super::{Enabled, Extent, Fork, SchedulingPoint, Search, Shard, Weights};

/// Depth-first search over choices that are discovered by running.
///
/// The path to the current execution is kept, with the threads that were ready at each of its
/// points: memory is O(depth · threads), whatever the number of executions. Whenever a choice is
/// asked for at a point that was come to before, the ready threads and their markers are compared
/// with those seen then; the engine checks those of the steps that it [repeats](Self::repeated).
#[derive(Debug, Default)]
pub(crate) struct DepthFirst {
    /// The points of the path, shallowest first.
    path: Vec<Branch>,
    /// The ready threads of all points of the path, one after the other.
    ready: Vec<Enabled>,
    has_begun: bool,
    /// How many first choices are those of the execution before.
    repeated: usize,
    mismatch: Option<Mismatch>,
    /// What it is bounded to, if not to the whole tree.
    bound: Option<Bound>,
}

#[derive(Debug, Clone, Copy)]
struct Branch {
    /// Where this point's ready threads start in `ready`, and how many they are.
    start: usize,
    among: usize,
    chosen: usize,
    /// The first choice that is not this search's to take: it was given away, or there is none.
    end: usize,
}

/// A point where the program did not do what it did before under the same choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// How many choices led to the point.
    pub(crate) depth: usize,
    pub(crate) expected: Vec<Enabled>,
    /// What is ready now; empty if the execution ended before the point.
    pub(crate) found: Vec<Enabled>,
}

impl DepthFirst {
    /// A search of one shard. Some leaves that it comes to are not its [own](Self::owns): at most
    /// one at its beginning.
    pub(crate) fn of_shard(shard: Shard, weights: Arc<Weights>) -> Self {
        DepthFirst {
            bound: Some(Bound::new(weights, shard)),
            ..DepthFirst::default()
        }
    }

    /// Whether the execution that has ended is one of the shard's.
    #[inline]
    pub(crate) fn owns(&self) -> bool {
        let bound = self.bound.as_ref();
        bound.is_none_or(|bound| bound.owns(self.last()))
    }

    /// How much of the shard lies before and below the path, if it is a shard's.
    pub(crate) fn extent(&self) -> Option<Extent<f64>> {
        let bound = self.bound.as_ref();
        bound.map(|bound| bound.extent(self.last()))
    }

    /// The ready threads of the last point of the path, and the choice there.
    fn last(&self) -> Option<(&[Enabled], usize)> {
        let branch = self.path.last()?;
        Some((branch.ready(&self.ready), branch.chosen))
    }

    /// The point at which the program contradicted an earlier execution, if it did.
    pub(crate) fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    /// Gives away the choices at the shallowest point that has untaken ones, as a search of its
    /// own. In exploration order they come after everything that this search keeps.
    ///
    /// To be called when an execution has begun and chosen nothing yet.
    pub(crate) fn split(&mut self) -> Option<Self> {
        let depth = self
            .path
            .iter()
            .position(|branch| branch.chosen + 1 < branch.end)?;
        let mut path = self.path[..=depth].to_vec();
        for branch in &mut path[..depth] {
            branch.end = branch.chosen + 1;
        }
        path[depth].chosen += 1;
        self.path[depth].end = path[depth].chosen;
        let ready_end = path[depth].start + path[depth].among;
        let bound = self.bound.clone().map(|mut bound| {
            bound.leave(depth);
            bound.beginning(path[depth].ready(&self.ready), path[depth].chosen)
        });
        Some(DepthFirst {
            path,
            ready: self.ready[..ready_end].to_vec(),
            has_begun: false,
            repeated: 0,
            mismatch: None,
            bound,
        })
    }

    /// The choices that lead to the execution under way, which order searches: of two searches
    /// that share no execution, the one with the lesser choices comes first as a whole.
    pub(crate) fn choices(&self) -> Vec<usize> {
        self.path.iter().map(|branch| branch.chosen).collect()
    }

    /// How many first steps of the execution under way are those of the one before.
    pub(crate) fn repeated(&self) -> usize {
        self.repeated
    }

    fn ready_at(&self, depth: usize) -> &[Enabled] {
        self.path[depth].ready(&self.ready)
    }

    /// The points of the path, for measuring. `began` are the choices that led to the first
    /// execution of this search.
    pub(crate) fn forks<'a>(&'a self, began: &'a [usize]) -> impl Iterator<Item = Fork<'a>> {
        let began = began.iter().copied().chain(std::iter::repeat(0));
        self.path.iter().zip(began).map(|(branch, from)| Fork {
            ready: branch.ready(&self.ready),
            from,
            chosen: branch.chosen,
        })
    }

    /// Moves to the next untaken choice of the deepest point that has one. If there is none, the
    /// path stays at the last leaf.
    fn backtrack(&mut self) -> bool {
        let is_open = |branch: &Branch| branch.chosen + 1 < branch.end;
        let Some(deepest) = self.path.iter().rposition(is_open) else {
            return false;
        };
        self.path.truncate(deepest + 1);
        let branch = &mut self.path[deepest];
        branch.chosen += 1;
        self.ready.truncate(branch.start + branch.among);
        if let Some(bound) = &mut self.bound {
            bound.leave(deepest);
        }
        true
    }

    /// Goes on to a point that no execution has come to.
    fn discover(&mut self, point: &SchedulingPoint<'_>) -> usize {
        let choices = match &mut self.bound {
            None => 0..point.ready.len(),
            Some(bound) => {
                if let Some(last) = self.path.last() {
                    bound.enter(last.ready(&self.ready), last.chosen);
                }
                bound.choices(point.ready)
            }
        };
        self.path.push(Branch {
            start: self.ready.len(),
            among: point.ready.len(),
            chosen: choices.start,
            end: choices.end,
        });
        // One by one: the lists are short, and a call to copy them costs more.
        point.ready.iter().for_each(|&ready| self.ready.push(ready));
        choices.start
    }

    #[cold]
    fn contradict(&mut self, depth: usize, found: &[Enabled]) {
        self.mismatch = Some(Mismatch {
            depth,
            expected: self.ready_at(depth).to_vec(),
            found: found.to_vec(),
        });
    }
}

impl Branch {
    #[inline]
    fn ready(self, all: &[Enabled]) -> &[Enabled] {
        &all[self.start..self.start + self.among]
    }
}

/// Compares entry by entry: the lists are short, and this is done at every step.
#[inline]
fn is_same(expected: &[Enabled], found: &[Enabled]) -> bool {
    expected.len() == found.len()
        && expected
            .iter()
            .zip(found)
            .all(|(a, b)| a.bits() == b.bits())
}

impl Search for DepthFirst {
    fn begin(&mut self) -> bool {
        if self.mismatch.is_some() {
            return false;
        }
        if !self.has_begun {
            self.has_begun = true;
            return true;
        }
        let has_next = self.backtrack();
        self.repeated = self.path.len().saturating_sub(1);
        has_next
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Option<usize> {
        let Some(&branch) = self.path.get(point.step) else {
            return Some(self.discover(point));
        };
        if !is_same(branch.ready(&self.ready), point.ready) {
            self.contradict(point.step, point.ready);
            return None;
        }
        Some(branch.chosen)
    }

    fn end(&mut self, steps: usize) {
        if steps < self.path.len() && self.mismatch.is_none() {
            self.contradict(steps, &[]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::search::Part;
    use crate::search::toy::Toy;

    #[test]
    fn two_threads_with_two_markers_have_six_orders_depth_first() {
        let orders = Toy::new(&[2, 2]).all(&mut DepthFirst::default());
        let expected: [[usize; 4]; 6] = [
            [0, 0, 1, 1],
            [0, 1, 0, 1],
            [0, 1, 1, 0],
            [1, 0, 0, 1],
            [1, 0, 1, 0],
            [1, 1, 0, 0],
        ];
        assert_eq!(orders, expected);
    }

    #[test]
    fn the_number_of_orders_is_the_multinomial_and_none_comes_twice() {
        // (k1 + … + kn)! / (k1! … kn!)
        let shapes: [(&[u32], usize); 6] = [
            (&[], 1),
            (&[3], 1),
            (&[1, 1, 1], 6),
            (&[2, 2, 1], 30),
            (&[4, 4], 70),
            (&[3, 3, 3], 1680),
        ];
        for (counts, number) in shapes {
            let orders = Toy::new(counts).all(&mut DepthFirst::default());
            assert_eq!(orders.len(), number, "{counts:?}");
            assert!(orders.is_sorted_by(|a, b| a < b), "{counts:?}");
        }
    }

    proptest! {
        #[test]
        fn a_search_in_parts_runs_the_same_in_the_same_order(
            counts in vec(0..4_u32, 1..4),
            splits in vec(any::<bool>(), 1..20),
        ) {
            let toy = Toy::new(&counts);
            let mut splits = splits.into_iter().cycle();
            let mut splits = || splits.next().unwrap_or(false);
            let whole = toy.all(&mut DepthFirst::default());
            let search = Part::DepthFirst(DepthFirst::default());
            prop_assert_eq!(toy.all_in_parts(search, &mut splits), (whole, false));
        }
    }

    #[test]
    fn a_program_that_changes_between_executions_is_found_out() {
        let mut search = DepthFirst::default();
        assert!(search.begin());
        Toy::new(&[2, 2]).run(&mut search);
        assert!(search.begin());
        // The second execution replays t1's first step, then finds that t1 is done.
        Toy::new(&[1, 2]).run(&mut search);
        let mismatch = search.mismatch().unwrap();
        assert_eq!(
            (
                mismatch.depth,
                mismatch.expected.len(),
                mismatch.found.len()
            ),
            (1, 2, 1)
        );
        assert!(!search.begin(), "the search ends there");
    }

    #[test]
    fn a_program_that_ends_too_early_is_found_out() {
        let mut search = DepthFirst::default();
        assert!(search.begin());
        Toy::new(&[1, 1]).run(&mut search);
        assert!(search.begin());
        Toy::new(&[]).run(&mut search);
        let mismatch = search.mismatch().unwrap();
        assert_eq!((mismatch.depth, mismatch.found.len()), (0, 0));
    }
}
