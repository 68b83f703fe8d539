//! Interleavings that are drawn before the program is known.

use std::fmt::{self, Debug};
use std::sync::Arc;

use proptest::arbitrary::any;
use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::plan::{Decisions, Plan};
use crate::locks::Mutex;
use crate::schedule::Schedule;

/// Draws interleavings: each decides the scheduling choices of any program, as they come.
///
/// Run a program under one with [`Explorer::run_under`](crate::Explorer::run_under). One in four
/// is a random walk. The others follow the fixed order (the thread that ran last goes on, then the
/// others in the order in which they were added) except for at most eight choices, usually fewer.
/// So bugs that need few preemptions are found in programs of any length.
///
/// Inputs and interleaving shrink together. When an execution has failed and proptest tries
/// smaller inputs, the old choices mean something else. So from then on `run_under` searches
/// whatever program it is given for a failing execution, those with the fewest preemptions first. A
/// smaller input is thus accepted if it fails under *some* interleaving, and the interleaving that
/// is reported in the end is minimal: fewest preemptions, then fewest forced steps, then first in
/// exploration order. If 1000 executions are not enough to be sure, it is the smallest one found.
///
/// A property may also fail because of what it sees of an execution that held. Then the choices
/// themselves are shrunk: fewer of them leave the fixed order, and they come earlier.
///
/// [The module](crate::strategies) has a longer example.
///
/// ```
/// use interlace::{Explorer, marker, strategies::interleavings};
/// use proptest::prelude::*;
///
/// proptest!(|(interleaving in interleavings())| {
///     let execution = Explorer::new(|| ())
///         .thread("a", |()| marker!("x"))
///         .thread("b", |()| marker!("y"))
///         .run_under(&interleaving);
///     execution.result()?;
/// });
/// ```
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

/// A way to decide the choices of any program. Drawn by [`interleavings`].
///
/// Its `Debug` shows the schedule that was run under it; before that, how it decides.
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
/// assert_eq!(interleaving.schedule(), Some(execution.schedule().clone()));
/// assert_eq!(explorer().replay(execution.schedule()).steps(), execution.steps());
/// ```
#[derive(Clone)]
pub struct Interleaving {
    plan: Plan,
    /// The execution that was run under it. Shared by all clones.
    seen: Arc<Mutex<Option<Seen>>>,
}

#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) schedule: Schedule,
    /// Whether it failed, so that smaller failures are searched for from now on.
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

    /// Returns the schedule of the execution that was run under this interleaving: the last that
    /// failed, or the last of all if none did.
    #[must_use]
    pub fn schedule(&self) -> Option<Schedule> {
        self.seen.lock().as_ref().map(|seen| seen.schedule.clone())
    }

    /// The choices, from the first.
    pub(crate) fn decisions(&self) -> Decisions {
        Decisions::new(&self.plan)
    }

    pub(crate) fn has_failed(&self) -> bool {
        let seen = self.seen.lock();
        seen.as_ref().is_some_and(|seen| seen.has_failed)
    }

    /// Keeps an execution. One that failed is kept until the next that does.
    pub(crate) fn record(&self, seen: Seen) {
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
                let count = deviations.len();
                format!("{count} of the choices against the fixed order")
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
    /// The one that failed last, and the one that is being tried in its place.
    failed: Interleaving,
    tried: Option<Interleaving>,
    /// The simpler ones that are left to try, the next one last.
    simpler: Vec<Plan>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Drawn,
    /// The failing one is run once more, for the smallest failure.
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

    /// Goes on from `failed`, with the plan reduced to what happened under it.
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
            // When run once more, `run_under` finds the smallest failure by itself.
            let is_first = self.state != State::Again;
            self.state = State::Again;
            return is_first;
        }
        self.tried = self.simpler.pop().map(Interleaving::new);
        self.tried.is_some()
    }

    fn complicate(&mut self) -> bool {
        self.tried.take().is_some()
    }
}
