//! The points on the path of a search that goes depth first.

use super::step::{Identity, PlannedStep};
use crate::operation::SchedulingPoint;

/// A point of the execution under way: what was explored from there, and what is still to be.
#[derive(Debug)]
pub(super) struct Branch {
    /// The threads that could go on.
    enabled: Vec<PlannedStep>,
    /// The step that was taken; none if all sleep that could go on.
    pub(super) taken: Option<PlannedStep>,
    /// How much the step that was taken had declared to touch.
    pub(super) declared: usize,
    /// What is known of the step that was taken, when its execution has ended.
    pub(super) seen: Seen,
    /// The steps that were taken before.
    pub(super) explored: Vec<Explored>,
    /// Those that will be taken later.
    todo: Vec<PlannedStep>,
    /// The threads that sleep here: each was explored before, from an earlier point of the path, and no step
    /// since then conflicts with its own.
    pub(super) asleep: Vec<Identity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Explored {
    pub(super) thread: Identity,
    pub(super) seen: Seen,
}

/// What a step has turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Seen {
    /// It touches what it has declared, and nothing else.
    AsDeclared,
    /// It touches more, which is known only where it is taken.
    #[default]
    More,
    /// It ends the execution, so it conflicts with every other.
    Aborting,
}

impl Branch {
    /// A point at which the thread of this index goes next, of which nothing is planned beyond that.
    pub(super) fn new(
        point: &SchedulingPoint<'_>,
        taken: Option<usize>,
        asleep: Vec<Identity>,
    ) -> Self {
        let enabled = point.enabled.iter();
        let enabled: Vec<PlannedStep> = enabled
            .map(|pending| PlannedStep {
                thread: point.identities[pending.thread.index()],
                pending: *pending,
            })
            .collect();
        Branch {
            taken: taken.map(|index| enabled[index]),
            enabled,
            declared: 0,
            seen: Seen::default(),
            explored: Vec::new(),
            todo: Vec::new(),
            asleep,
        }
    }

    /// Plans all other steps, in their order.
    pub(super) fn plan_all(&mut self) {
        let taken = self.taken.map(|it| it.thread);
        let others = self.enabled.iter();
        let others = others.filter(|it| Some(it.thread) != taken);
        self.todo = others.copied().collect();
    }

    /// Plans the first of `threads` that could go on here, unless one of them was explored before, or is
    /// or will be.
    pub(super) fn plan_one(&mut self, threads: &[Identity]) {
        let has = |thread: Identity| threads.contains(&thread);
        let is_covered = self.taken.is_some_and(|it| has(it.thread))
            || self.explored.iter().any(|it| has(it.thread))
            || self.todo.iter().any(|it| has(it.thread))
            || self.asleep.iter().any(|it| has(*it));
        if !is_covered {
            let find = |thread: &Identity| self.enabled.iter().find(|it| it.thread == *thread);
            let first = threads.iter().find_map(find);
            self.todo.extend(first);
        }
    }

    /// No step was taken here but one of a thread that sleeps. Plans one that does not, if there is any.
    pub(super) fn plan_awake(&mut self) {
        self.taken = None;
        let is_awake = |it: &&PlannedStep| !self.asleep.contains(&it.thread);
        let is_new = |it: &&PlannedStep| self.explored.iter().all(|old| old.thread != it.thread);
        if !self.todo.iter().any(|it| is_awake(&it)) {
            let first = self.enabled.iter().filter(is_awake).find(is_new);
            self.todo.extend(first);
        }
    }

    /// Goes to the next step that is planned here, if one is whose thread does not sleep.
    pub(super) fn advance(&mut self) -> bool {
        let explored = self.taken.map(|taken| Explored {
            thread: taken.thread,
            seen: self.seen,
        });
        self.explored.extend(explored);
        self.todo.retain(|it| !self.asleep.contains(&it.thread));
        if self.todo.is_empty() {
            return false;
        }
        self.taken = Some(self.todo.remove(0));
        self.seen = Seen::default();
        true
    }
}
