//! Every execution once, depth first: at each point ordinary operations before interruptions of
//! waits, and threads in the order in which they came to be.

use std::sync::Arc;

use super::shard::Bound;
use super::share::{Fork, Progress, share};
use super::{Account, Contradiction, Multinomial, Part, Search, Shard, Weights};
use crate::operation::{Choice, Pending, SchedulingPoint, Trace};

/// Depth-first search over choices that are discovered by running.
///
/// The path to the current execution is kept, with the threads that were enabled at each of its
/// points: memory is O(depth · threads), whatever the number of executions. Whenever a choice is
/// asked for at a point that was come to before, the enabled threads and their operations are compared
/// with those seen then; the engine checks those of the steps that it repeats.
#[derive(Debug, Default)]
pub(crate) struct DepthFirst {
    /// The points of the path, shallowest first.
    path: Vec<Branch>,
    /// The enabled threads of all points of the path, one after the other.
    enabled: Vec<Pending>,
    has_begun: bool,
    /// What contradicted an earlier execution, until it is told, and whether anything did.
    contradiction: Option<Box<Contradiction>>,
    has_contradicted: bool,
    /// What it is bounded to, if not to the whole tree.
    bound: Option<Bound>,
}

#[derive(Debug, Clone, Copy)]
struct Branch {
    /// Where this point's threads start in `enabled`, and how many they are.
    start: usize,
    count: usize,
    chosen: usize,
    /// End (exclusive) of the choices this search owns here; later ones were split off or do not
    /// exist.
    end: usize,
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
    fn owns(&self) -> bool {
        let bound = self.bound.as_ref();
        bound.is_none_or(|bound| bound.owns(self.last()))
    }

    /// The enabled threads of the last point of the path, and the choice there.
    fn last(&self) -> Option<(&[Pending], usize)> {
        let branch = self.path.last()?;
        Some((branch.enabled(&self.enabled), branch.chosen))
    }

    /// Gives away the choices at the shallowest point that has untaken ones, as a search of its
    /// own. In exploration order they come after everything that this search keeps.
    pub(super) fn divide(&mut self) -> Option<Self> {
        let is_open = |branch: &Branch| branch.chosen + 1 < branch.end;
        let depth = self.path.iter().position(is_open)?;
        let mut path = self.path[..=depth].to_vec();
        for branch in &mut path[..depth] {
            branch.end = branch.chosen + 1;
        }
        path[depth].chosen += 1;
        self.path[depth].end = path[depth].chosen;
        let enabled_end = path[depth].start + path[depth].count;
        let bound = self.bound.clone().map(|mut bound| {
            bound.leave(depth);
            bound.beginning(path[depth].enabled(&self.enabled), path[depth].chosen)
        });
        Some(DepthFirst {
            path,
            enabled: self.enabled[..enabled_end].to_vec(),
            bound,
            ..DepthFirst::default()
        })
    }

    /// The choices that lead to the execution under way.
    pub(super) fn choices(&self) -> Vec<usize> {
        self.path.iter().map(|branch| branch.chosen).collect()
    }

    /// The points of the path, for measuring. `began` are the choices that led to the first
    /// execution of this search.
    fn forks<'a>(&'a self, began: &'a [usize]) -> impl Iterator<Item = Fork<'a>> {
        let began = began.iter().copied().chain(std::iter::repeat(0));
        self.path.iter().zip(began).map(|(branch, from)| Fork {
            enabled: branch.enabled(&self.enabled),
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
        self.enabled.truncate(branch.start + branch.count);
        if let Some(bound) = &mut self.bound {
            bound.leave(deepest);
        }
        true
    }

    /// Goes on to a point that no execution has come to.
    fn discover(&mut self, point: &SchedulingPoint<'_>) -> usize {
        let choices = match &mut self.bound {
            None => 0..point.enabled.len(),
            Some(bound) => {
                if let Some(last) = self.path.last() {
                    bound.enter(last.enabled(&self.enabled), last.chosen);
                }
                bound.choices(point.enabled)
            }
        };
        self.path.push(Branch {
            start: self.enabled.len(),
            count: point.enabled.len(),
            chosen: choices.start,
            end: choices.end,
        });
        // One by one: the lists are short, and a call to copy them costs more.
        point.enabled.iter().for_each(|&it| self.enabled.push(it));
        choices.start
    }

    #[cold]
    fn contradict(&mut self, depth: usize, found: &[Pending]) {
        self.has_contradicted = true;
        self.contradiction = Some(Box::new(Contradiction {
            depth,
            expected: self.path[depth].enabled(&self.enabled).to_vec(),
            found: found.to_vec(),
        }));
    }
}

impl Branch {
    #[inline]
    fn enabled(self, all: &[Pending]) -> &[Pending] {
        &all[self.start..self.start + self.count]
    }
}

/// Compares entry by entry: the lists are short, and this is done at every step.
#[inline]
fn is_same(expected: &[Pending], found: &[Pending]) -> bool {
    expected.len() == found.len()
        && expected
            .iter()
            .zip(found)
            .all(|(a, b)| a.bits() == b.bits())
}

impl Search for DepthFirst {
    fn new_execution(&mut self) -> Option<usize> {
        if self.has_contradicted {
            return None;
        }
        if !self.has_begun {
            self.has_begun = true;
            return Some(0);
        }
        self.backtrack().then(|| self.path.len().saturating_sub(1))
    }

    #[inline]
    fn choose(&mut self, point: &SchedulingPoint<'_>) -> Choice {
        let Some(&branch) = self.path.get(point.step) else {
            return Choice::Take(self.discover(point));
        };
        if !is_same(branch.enabled(&self.enabled), point.enabled) {
            self.contradict(point.step, point.enabled);
            return Choice::Prune;
        }
        Choice::Take(branch.chosen)
    }

    fn end(&mut self, trace: &Trace<'_>) -> Account {
        let steps = trace.events.len();
        if steps < self.path.len() && !trace.is_cut_short && !self.has_contradicted {
            self.contradict(steps, &[]);
        }
        Account {
            is_repetition: !self.owns(),
            contradiction: self.contradiction.take(),
            ..Account::default()
        }
    }
}

impl Part for DepthFirst {
    fn split(&mut self) -> Option<Box<dyn Part>> {
        self.divide().map(|part| Box::new(part) as Box<dyn Part>)
    }

    fn order(&self) -> Vec<usize> {
        self.choices()
    }

    fn progress(&self, began: &[usize], tree: Option<&Multinomial>) -> Option<Progress> {
        let of_shard = self.bound.as_ref().map(|bound| bound.extent(self.last()));
        Some(Progress {
            share: of_shard.unwrap_or_else(|| share(self.forks(began))),
            leaves: tree.and_then(|tree| tree.extent(self.forks(began))),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
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
            let search = Box::new(DepthFirst::default());
            prop_assert_eq!(toy.all_in_parts(search, &mut splits), (whole, false));
        }
    }

    #[test]
    fn a_program_that_changes_between_executions_is_found_out() {
        let mut search = DepthFirst::default();
        assert_eq!(search.new_execution(), Some(0));
        Toy::new(&[2, 2]).run(&mut search);
        assert_eq!(search.new_execution(), Some(1));
        // The second execution replays t1's first step, then finds that t1 is done.
        let (_, account) = Toy::new(&[1, 2]).run(&mut search);
        let found = account.contradiction.unwrap();
        let lengths = (found.expected.len(), found.found.len());
        assert_eq!((found.depth, lengths), (1, (2, 1)));
        assert_eq!(search.new_execution(), None, "the search ends there");
    }

    #[test]
    fn a_program_that_ends_too_early_is_found_out() {
        let mut search = DepthFirst::default();
        assert_eq!(search.new_execution(), Some(0));
        Toy::new(&[1, 1]).run(&mut search);
        assert_eq!(search.new_execution(), Some(0));
        let (_, account) = Toy::new(&[]).run(&mut search);
        let found = account.contradiction.unwrap();
        assert_eq!((found.depth, found.found.len()), (0, 0));
    }
}
