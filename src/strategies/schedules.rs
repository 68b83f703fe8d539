//! Complete schedules of known marker lists.

use std::collections::HashSet;
use std::fmt::{self, Debug};

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::operation::{Event, Footprints, Operation, Pending, SchedulingPoint, ThreadId};
use crate::permutations::{Lists, generator};
use crate::schedule::Schedule;
use crate::shrink::Shrink;
use crate::site::MarkerId;

/// Draws schedules of these marker lists, from the first marker to the last, each as likely as any
/// other.
///
/// The lists are passed as to the functions of [`permutations`](crate::permutations), and schedules
/// are drawn as by [`permutations::draw`](crate::permutations::draw). All that are drawn, or tried
/// in shrinking, are legal.
///
/// A failing schedule is shrunk to the one with the fewest preemptions; among those, to the one
/// with the fewest forced first steps, if the rest follows the fixed order; among those, to the
/// first in exploration order. If proptest's `max_shrink_iters` is large enough, every smaller
/// schedule has been tried, so the result is the minimum of all that fail.
///
/// ```
/// use interlace::strategies::schedules;
/// use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
///
/// let increment = ["read", "write"];
/// let strategy = schedules([("a", increment), ("b", increment)]);
/// let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
/// let result = runner.run(&strategy, |schedule| {
///     // A model: an update is lost if both read before either writes.
///     let is_lost = schedule.steps()[..2].iter().all(|step| step.marker() == "read");
///     if is_lost { Err(TestCaseError::fail("lost")) } else { Ok(()) }
/// });
/// let Err(TestError::Fail(_, minimal)) = result else { panic!("nothing is lost") };
/// assert_eq!(minimal.to_string(), "a:read b:read b:write a:write");
/// ```
pub fn schedules(
    markers: impl IntoIterator<Item = (impl AsRef<str>, impl IntoIterator<Item = impl AsRef<str>>)>,
) -> Schedules {
    Schedules {
        lists: Lists::new(markers),
    }
}

/// The strategy that [`schedules`] makes.
///
/// ```
/// use interlace::strategies::{Schedules, schedules};
///
/// let strategy: Schedules = schedules([("a", ["x"]), ("b", ["x"])]);
/// ```
#[derive(Debug, Clone)]
#[must_use = "a strategy does nothing until a property draws from it"]
pub struct Schedules {
    lists: Lists,
}

impl Strategy for Schedules {
    type Tree = ScheduleTree;
    type Value = Schedule;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        let order = self.lists.counts().draw(&mut generator(seed));
        Ok(ScheduleTree::new(self.lists.clone(), order))
    }
}

/// A schedule that was drawn, and the smaller ones.
///
/// ```
/// use interlace::strategies::schedules;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let mut tree = schedules([("a", ["x", "y"]), ("b", ["x", "y"])])
///     .new_tree(&mut TestRunner::deterministic())
///     .unwrap();
/// while tree.simplify() {} // as if everything failed
/// assert_eq!(tree.current().to_string(), "a:x a:y b:x b:y");
/// ```
pub struct ScheduleTree {
    lists: Lists,
    /// Proposes orders that are smaller than the last that failed.
    shrink: Shrink,
    /// The order that failed last, and the one that is being tried in its place.
    failed: Vec<usize>,
    tried: Option<Vec<usize>>,
    /// The orders that were tried and did not fail.
    passed: HashSet<Vec<usize>>,
}

impl ScheduleTree {
    fn new(lists: Lists, order: Vec<usize>) -> Self {
        let mut shrink = Shrink::new(&steps(&lists, &order));
        // It wants the order that was found first, to see what must be forced.
        let mut tree = ScheduleTree {
            failed: run(&mut shrink, &lists).unwrap_or(order),
            lists,
            shrink,
            tried: None,
            passed: HashSet::new(),
        };
        tree.shrink.end(true);
        tree
    }
}

impl ValueTree for ScheduleTree {
    type Value = Schedule;

    fn current(&self) -> Schedule {
        let order = self.tried.as_ref().unwrap_or(&self.failed);
        self.lists.schedule(order)
    }

    fn simplify(&mut self) -> bool {
        if let Some(tried) = self.tried.take() {
            self.failed = tried;
            self.shrink.end(true);
        }
        loop {
            let Some(next) = run(&mut self.shrink, &self.lists) else {
                return false;
            };
            let is_known = next == self.failed || self.passed.contains(&next);
            if !is_known {
                self.tried = Some(next);
                return true;
            }
            self.shrink.end(next == self.failed);
        }
    }

    fn complicate(&mut self) -> bool {
        let Some(tried) = self.tried.take() else {
            return false;
        };
        self.shrink.end(false);
        self.passed.insert(tried);
        true
    }
}

impl Debug for ScheduleTree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ScheduleTree")
            .field(&self.current())
            .finish()
    }
}

/// The order of the next execution that `shrink` wants, if it wants one.
fn run(shrink: &mut Shrink, lists: &Lists) -> Option<Vec<usize>> {
    if !shrink.begin() {
        return None;
    }
    let mut merge = Merge::new(lists);
    while !merge.enabled.is_empty() {
        let choice = shrink.choose(&merge.point());
        merge.go(choice);
    }
    let threads = merge.steps.iter().map(|step| step.thread.index());
    Some(threads.collect())
}

/// The steps of this order, as if they had been run.
fn steps(lists: &Lists, order: &[usize]) -> Vec<Event> {
    let mut merge = Merge::new(lists);
    for &thread in order {
        let is_next = |pending: &Pending| pending.thread.index() == thread;
        let choice = merge.enabled.iter().position(is_next);
        merge.go(choice.expect("an order gives each thread its own number of turns"));
    }
    merge.steps
}

/// Lists that are being merged, like an execution of threads that have only markers. Which markers
/// does not matter.
struct Merge {
    left: Vec<usize>,
    enabled: Vec<Pending>,
    steps: Vec<Event>,
}

impl Merge {
    fn new(lists: &Lists) -> Self {
        let mut merge = Merge {
            left: lists.lengths().collect(),
            enabled: Vec::new(),
            steps: Vec::new(),
        };
        merge.enable();
        merge
    }

    fn enable(&mut self) {
        let threads = self.left.iter().enumerate().filter(|(_, left)| **left > 0);
        self.enabled.clear();
        self.enabled.extend(threads.map(|(thread, _)| Pending {
            thread: ThreadId::new(thread),
            operation: Operation::at_marker(MarkerId::new(0)),
        }));
    }

    fn point(&self) -> SchedulingPoint<'_> {
        SchedulingPoint {
            enabled: &self.enabled,
            threads: &[],
            footprints: Footprints::NONE,
            identities: &[],
            last: self.steps.last().map(|step| step.thread),
            step: self.steps.len(),
        }
    }

    fn go(&mut self, choice: usize) {
        let pending = self.enabled[choice];
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let (index, count) = (number(choice), number(self.enabled.len()));
        self.steps.push(Event {
            preempts: self.point().preempts(choice),
            ..Event::begin(pending, index, count, 0)
        });
        self.left[pending.thread.index()] -= 1;
        self.enable();
    }
}
