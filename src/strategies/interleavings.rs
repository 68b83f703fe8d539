//! Interleavings of programs that are not known when they are drawn.

use std::fmt::{self, Debug};
use std::sync::Arc;

use parking_lot::Mutex;
use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::plan::{Decisions, Plan};
use crate::schedule::Schedule;

/// Draws interleavings: each decides the scheduling choices of any program, as they come.
///
/// Run a program under one with [`Explorer::run_under`](crate::Explorer::run_under). One in four
/// is a random walk. The others follow the fixed order (the thread that ran last goes on, then the
/// others in the order in which they were added) but for at most eight choices, most of them for
/// fewer. So bugs that need few preemptions are found in programs of any length.
///
/// Inputs and interleaving shrink together. When an execution has failed and proptest tries
/// smaller inputs, the old choices mean something else; so from then on `run_under` looks for a
/// failing execution of whatever program it is given, those with the fewest preemptions first. A
/// smaller input is thus taken if it fails under *some* interleaving, and the one that is reported
/// in the end is minimal: fewest preemptions, then fewest forced steps, then first in exploration
/// order. Where 1000 executions do not suffice to know, it is the smallest that was found.
///
/// A property may also fail by itself, by what it sees of an execution that held. Then the choices
/// themselves are shrunk: fewer that leave the fixed order, and earlier ones.
///
/// See [the module](crate::strategies) for an example.
pub fn interleavings() -> Interleavings {
    Interleavings(())
}

/// The strategy that [`interleavings`] makes.
///
/// ```
/// use interlace::strategies::{Interleavings, interleavings};
///
/// let strategy: Interleavings = interleavings();
/// ```
#[derive(Debug, Clone, Copy)]
#[must_use = "a strategy does nothing until a property draws from it"]
pub struct Interleavings(());

/// What decides the choices of any program. Drawn by [`interleavings`].
///
/// Its `Debug` shows the schedule that was run under it, or the way it decides if there is none.
///
/// ```
/// use interlace::{Explorer, marker, strategies::interleavings};
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let body = |(): &()| { marker!("x"); marker!("y") };
/// let tree = interleavings().new_tree(&mut TestRunner::deterministic()).unwrap();
/// let interleaving = tree.current();
/// assert_eq!(interleaving.schedule(), None);
///
/// let explorer = || Explorer::new(|| ()).thread("a", body).thread("b", body);
/// let execution = explorer().run_under(&interleaving);
/// assert_eq!(interleaving.schedule(), Some(execution.schedule()));
/// assert_eq!(explorer().replay(&execution.schedule()).steps(), execution.steps());
/// ```
#[derive(Clone)]
pub struct Interleaving {
    plan: Plan,
    /// What all clones have seen.
    seen: Arc<Mutex<Option<Seen>>>,
}

/// An execution that was run under an interleaving.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) schedule: Schedule,
    /// Whether it failed, so that smaller failures are looked for from now on.
    pub(crate) has_failed: bool,
    pub(crate) decisions: Arc<Decisions>,
}

impl Interleaving {
    fn new(plan: Plan) -> Self {
        Interleaving {
            plan,
            seen: Arc::default(),
        }
    }

    /// Returns what a schedule must force to give the execution that was run under this
    /// interleaving: the last that failed; if none did, the last of all.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        self.seen.lock().as_ref().map(|seen| seen.schedule.clone())
    }

    /// The choices, from the first.
    pub(crate) fn decisions(&self) -> Decisions {
        Decisions::new(&self.plan)
    }

    /// Whether an execution has failed under this interleaving.
    pub(crate) fn has_failed(&self) -> bool {
        self.seen
            .lock()
            .as_ref()
            .is_some_and(|seen| seen.has_failed)
    }

    /// Takes note of an execution; one that failed is kept until the next that does.
    pub(crate) fn note(&self, seen: Seen) {
        let mut last = self.seen.lock();
        if seen.has_failed || last.as_ref().is_none_or(|last| !last.has_failed) {
            *last = Some(seen);
        }
    }
}

impl Debug for Interleaving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match (self.schedule(), &self.plan) {
            (Some(schedule), _) if schedule.is_empty() => "no step forced".to_owned(),
            (Some(schedule), _) => schedule.to_string(),
            (None, Plan::Walk { seed }) => format!("random walk {seed:#x}"),
            (None, Plan::Deviations(deviations)) => {
                format!(
                    "{} of the choices against the fixed order",
                    deviations.len()
                )
            }
        };
        write!(f, "Interleaving({text})")
    }
}

impl Strategy for Interleavings {
    type Tree = InterleavingTree;
    type Value = Interleaving;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let seed = any::<u64>().new_tree(runner)?.current();
        Ok(InterleavingTree::new(Plan::draw(seed)))
    }
}

/// An interleaving that was drawn, and the simpler ones.
///
/// ```
/// use interlace::strategies::interleavings;
/// use proptest::strategy::{Strategy, ValueTree};
/// use proptest::test_runner::TestRunner;
///
/// let tree = interleavings().new_tree(&mut TestRunner::deterministic()).unwrap();
/// assert_eq!(format!("{:?}", tree.current()), format!("{:?}", tree.current()));
/// ```
#[derive(Debug)]
pub struct InterleavingTree {
    /// The one that failed last, and the one that is tried in its place.
    failed: Interleaving,
    tried: Option<Interleaving>,
    /// The simpler ones that are left to try, the next of them last.
    simpler: Vec<Plan>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Drawn,
    /// What is tried is run once more, for the smallest failure.
    Again,
    Shrinking,
}

impl InterleavingTree {
    fn new(plan: Plan) -> Self {
        InterleavingTree {
            failed: Interleaving::new(plan),
            tried: None,
            simpler: Vec::new(),
            state: State::Drawn,
        }
    }

    /// Goes on from `failed`, with the plan that names no more than what happened under it.
    fn shrink_from(&mut self, mut failed: Interleaving) {
        let seen = failed.seen.lock().clone();
        if let Some(seen) = seen {
            failed.plan = seen.decisions.plan();
        }
        self.simpler = failed.plan.simpler();
        self.simpler.reverse();
        self.failed = failed;
        self.state = State::Shrinking;
    }
}

impl ValueTree for InterleavingTree {
    type Value = Interleaving;

    fn current(&self) -> Interleaving {
        self.tried.as_ref().unwrap_or(&self.failed).clone()
    }

    fn simplify(&mut self) -> bool {
        let is_drawn = self.state == State::Drawn;
        let failed = self.tried.take().or(is_drawn.then(|| self.failed.clone()));
        if let Some(failed) = failed {
            self.shrink_from(failed);
        }
        if self.failed.has_failed() {
            // `run_under` finds the smallest failure by itself, when it is asked once more.
            let is_first = self.state != State::Again;
            self.state = State::Again;
            return is_first;
        }
        let next = self.simpler.pop().map(Interleaving::new);
        self.tried = next;
        self.tried.is_some()
    }

    fn complicate(&mut self) -> bool {
        self.tried.take().is_some()
    }
}
