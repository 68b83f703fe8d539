//! The classes of a program, found by running every execution there is.

use std::collections::{BTreeSet, HashMap};

use super::machine::Execution;
use super::program::Program;
use crate::operation::{Access, AccessKind, Event, Knowledge, Object};

/// An execution up to the order of what does not conflict: for each thread, by its identity, the clock of
/// each of its steps, which says how many steps of each thread happen before.
pub(super) type Class = Vec<(u64, Vec<Vec<(u64, usize)>>)>;

pub(super) fn class(execution: &Execution) -> Class {
    let order = execution.order();
    let mut clocks: Vec<HashMap<u64, usize>> = Vec::new();
    let mut threads: HashMap<u64, Vec<usize>> = HashMap::new();
    for (later, &thread) in order.iter().enumerate() {
        let mut clock: HashMap<u64, usize> = HashMap::new();
        for earlier in (0..later).filter(|it| conflict(execution, *it, later)) {
            for (other, count) in &clocks[earlier] {
                let own = clock.entry(*other).or_default();
                *own = (*own).max(*count);
            }
        }
        let own = threads.entry(thread).or_default();
        own.push(later);
        clock.insert(thread, own.len());
        clocks.push(clock);
    }
    let sorted = |clock: &HashMap<u64, usize>| {
        let mut all: Vec<(u64, usize)> = clock.iter().map(|it| (*it.0, *it.1)).collect();
        all.sort_unstable();
        all
    };
    let mut class: Class = threads
        .into_iter()
        .map(|(thread, steps)| {
            (
                thread,
                steps.iter().map(|it| sorted(&clocks[*it])).collect(),
            )
        })
        .collect();
    class.sort_unstable();
    class
}

/// What a search has found: the class of each execution, and the outcomes.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) classes: BTreeSet<Class>,
    pub(super) outcomes: BTreeSet<(Vec<u64>, Vec<u64>, bool)>,
    /// How many executions were of a class that was found before.
    pub(super) repeated: usize,
}

impl Found {
    pub(super) fn add(&mut self, execution: &Execution) {
        self.outcomes.insert(execution.outcome.clone());
        let is_new = self.classes.insert(class(execution));
        self.repeated += usize::from(!is_new);
    }
}

/// All classes and outcomes; nothing if there are more than `limit` executions.
pub(super) fn every_class(program: &Program, limit: usize) -> Option<Found> {
    let mut found = Found::default();
    let all = program.every_execution(limit)?;
    for execution in &all {
        found.add(execution);
    }
    found.repeated = 0;
    Some(found)
}

/// Whether the order of two events of an execution matters: by the definition, and not as the reduction
/// finds it.
fn conflict(execution: &Execution, one: usize, other: usize) -> bool {
    let trace = execution.trace();
    let last = execution.events.len() - 1;
    let [a, b] = [one, other].map(|it| &execution.events[it]);
    let is_opaque = |at: usize, event: &Event| {
        event.knowledge == Knowledge::Nothing || execution.has_aborted && at == last
    };
    let overlap = |one: &Object, other: &Object| match (one, other) {
        (Object::Memory(one), Object::Memory(other)) => {
            one.clone().any(|address| other.contains(&address))
        }
        _ => one == other,
    };
    let conflicts = |x: &Access, y: &Access| {
        if matches!(x.object, Object::Loop(_)) {
            // Of those that let a thread go on, any could be the first.
            return false;
        }
        let both_read = x.kind == AccessKind::Read && y.kind == AccessKind::Read;
        let are_counts = [x, y]
            .iter()
            .all(|it| matches!(it.kind, AccessKind::Increment | AccessKind::Decrement));
        let is_last = |it: &Access| it.kind == AccessKind::Decrement && it.found == 1;
        if are_counts && !is_last(x) && !is_last(y) {
            return false;
        }
        let both_share = [x, y].iter().all(|it| {
            matches!(
                it.kind,
                AccessKind::AcquireShared | AccessKind::ReleaseShared
            )
        });
        !both_read && !both_share && overlap(&x.object, &y.object)
    };
    a.thread == b.thread || is_opaque(one, a) || is_opaque(other, b) || {
        trace
            .accesses(one)
            .any(|x| trace.accesses(other).any(|y| conflicts(&x, &y)))
    }
}
