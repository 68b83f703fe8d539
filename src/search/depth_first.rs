//! Every execution once, depth first, threads in the order in which they were added.

use super::{Point, Ready, Search};

/// Depth-first search over choices that are discovered by running.
///
/// The path to the current execution is kept, with the threads that were ready at each of its
/// points: memory is O(depth · threads), whatever the number of executions. On every replayed
/// prefix the ready threads and their markers are compared with those seen before.
#[derive(Debug, Default)]
pub(crate) struct DepthFirst {
    /// The points of the path, shallowest first.
    path: Vec<Branch>,
    /// The ready threads of all points of the path, one after the other.
    ready: Vec<Ready>,
    /// How many points the execution under way has passed.
    depth: usize,
    has_begun: bool,
    mismatch: Option<Mismatch>,
}

#[derive(Debug, Clone, Copy)]
struct Branch {
    /// Where this point's ready threads start in `ready`; they end where the next point's start.
    start: usize,
    chosen: usize,
}

/// A point where the program did not do what it did before under the same choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mismatch {
    /// How many choices led to the point.
    pub(crate) depth: usize,
    pub(crate) expected: Vec<Ready>,
    /// What is ready now; empty if the execution ended before the point.
    pub(crate) found: Vec<Ready>,
}

impl DepthFirst {
    /// The point at which the program contradicted an earlier execution, if it did.
    pub(crate) fn mismatch(&self) -> Option<&Mismatch> {
        self.mismatch.as_ref()
    }

    fn ready_at(&self, depth: usize) -> &[Ready] {
        let start = self.path[depth].start;
        let end = self
            .path
            .get(depth + 1)
            .map_or(self.ready.len(), |next| next.start);
        &self.ready[start..end]
    }

    /// Moves to the next untaken choice of the deepest point that has one.
    fn backtrack(&mut self) -> bool {
        while let Some(branch) = self.path.last_mut() {
            if branch.start + branch.chosen + 1 < self.ready.len() {
                branch.chosen += 1;
                return true;
            }
            self.ready.truncate(branch.start);
            self.path.pop();
        }
        false
    }

    #[cold]
    fn contradict(&mut self, found: &[Ready]) {
        self.mismatch = Some(Mismatch {
            depth: self.depth,
            expected: self.ready_at(self.depth).to_vec(),
            found: found.to_vec(),
        });
    }
}

/// Compares entry by entry: the lists are short, and this is done at every step.
fn is_same(expected: &[Ready], found: &[Ready]) -> bool {
    expected.len() == found.len() && expected.iter().zip(found).all(|(a, b)| a == b)
}

impl Search for DepthFirst {
    fn begin(&mut self) -> bool {
        self.depth = 0;
        if self.mismatch.is_some() {
            return false;
        }
        if !self.has_begun {
            self.has_begun = true;
            return true;
        }
        self.backtrack()
    }

    fn choose(&mut self, point: &Point<'_>) -> Option<usize> {
        if self.depth == self.path.len() {
            self.path.push(Branch {
                start: self.ready.len(),
                chosen: 0,
            });
            self.ready.extend_from_slice(point.ready);
        } else if !is_same(self.ready_at(self.depth), point.ready) {
            self.contradict(point.ready);
            return None;
        }
        let chosen = self.path[self.depth].chosen;
        self.depth += 1;
        Some(chosen)
    }

    fn end(&mut self) {
        if self.depth < self.path.len() && self.mismatch.is_none() {
            self.contradict(&[]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::ThreadId;
    use crate::site::MarkerId;

    /// A toy: thread `t` has `counts[t]` markers, whatever the others do.
    struct Toy<'a> {
        counts: &'a [u32],
    }

    impl Toy<'_> {
        /// Runs one execution; the threads in the order of their steps.
        fn run(&self, search: &mut impl Search) -> Vec<usize> {
            let mut passed = vec![0; self.counts.len()];
            let mut order = Vec::new();
            loop {
                let ready: Vec<Ready> = (0..self.counts.len())
                    .filter(|&t| passed[t] < self.counts[t])
                    .map(|t| Ready {
                        thread: ThreadId::new(t),
                        marker: MarkerId::of_number(passed[t]),
                    })
                    .collect();
                let last = order.last().copied().map(ThreadId::new);
                let point = Point {
                    ready: &ready,
                    last,
                };
                let Some(choice) = (!ready.is_empty()).then(|| search.choose(&point)).flatten()
                else {
                    search.end();
                    return order;
                };
                let thread = ready[choice].thread.index();
                passed[thread] += 1;
                order.push(thread);
            }
        }

        fn all(&self) -> Vec<Vec<usize>> {
            let mut search = DepthFirst::default();
            let mut orders = Vec::new();
            while search.begin() {
                orders.push(self.run(&mut search));
            }
            assert_eq!(search.mismatch(), None);
            orders
        }
    }

    #[test]
    fn two_threads_with_two_markers_have_six_orders_depth_first() {
        let orders = Toy { counts: &[2, 2] }.all();
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
            let orders = Toy { counts }.all();
            assert_eq!(orders.len(), number, "{counts:?}");
            assert!(orders.is_sorted_by(|a, b| a < b), "{counts:?}");
        }
    }

    #[test]
    fn a_program_that_changes_between_executions_is_found_out() {
        let mut search = DepthFirst::default();
        assert!(search.begin());
        Toy { counts: &[2, 2] }.run(&mut search);
        assert!(search.begin());
        // The second execution replays t1's first step, then finds that t1 is done.
        Toy { counts: &[1, 2] }.run(&mut search);
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
        Toy { counts: &[1, 1] }.run(&mut search);
        assert!(search.begin());
        Toy { counts: &[] }.run(&mut search);
        let mismatch = search.mismatch().unwrap();
        assert_eq!((mismatch.depth, mismatch.found.len()), (0, 0));
    }
}
