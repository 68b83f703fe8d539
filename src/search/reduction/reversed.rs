//! In which conflicting steps two executions differ, of which one failed.

use std::cmp::Reverse;

use itertools::Itertools as _;

use super::happens_before::HappensBefore;
use super::step::Identity;
use crate::operation::{Access, AccessKind, Event, Operation, StepEnd, ThreadId, Trace};
use crate::site::MarkerId;

/// Steps that conflict, in the order in which they came in an execution that failed. In one that held they
/// came the other way round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReversedPair {
    pub(crate) first: Touch,
    pub(crate) second: Touch,
    /// Whether the execution that failed has come to the second.
    pub(crate) has_second: bool,
}

/// What a step touches, as its marker declares it. Threads are those of the execution that held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) thread: ThreadId,
    pub(crate) operation: Operation,
    /// The marker that declares it, and at which place.
    pub(crate) marker: MarkerId,
    pub(crate) place: usize,
    pub(crate) kind: AccessKind,
}

/// The steps of an execution that failed.
#[derive(Debug)]
pub(super) struct FailingSteps {
    steps: Vec<(Identity, Operation)>,
    ended: Vec<Identity>,
}

impl FailingSteps {
    pub(super) fn of(trace: &Trace<'_>) -> Self {
        let thread = |event: &Event| trace.identities[event.thread.index()];
        let steps = trace.events.iter().map(|it| (thread(it), it.operation));
        let last = trace.events.len().checked_sub(1);
        let has_ended = |(number, event): &(usize, &Event)| {
            // One that panics takes no step after that.
            event.end == StepEnd::Ended || trace.has_aborted && Some(*number) == last
        };
        let ended = trace.events.iter().enumerate().filter(has_ended);
        FailingSteps {
            steps: steps.collect(),
            ended: ended.map(|(_, event)| thread(event)).collect(),
        }
    }

    /// Where each step of another execution is among these: one of the same thread that does the same for
    /// the same time.
    fn places(&self, trace: &Trace<'_>) -> Vec<Option<usize>> {
        let mut is_free = vec![true; self.steps.len()];
        let place = |event: &Event| {
            let thread = trace.identities[event.thread.index()];
            let steps = self.steps.iter().zip(&is_free);
            let place = steps.into_iter().position(|((own, operation), is_free)| {
                *is_free && *own == thread && operation.goes_on_like(event.operation)
            })?;
            is_free[place] = false;
            Some(place)
        };
        trace.events.iter().map(place).collect()
    }
}

/// Nobody reads more, and each pair is compared with all others.
const MAX_PAIRS: usize = 1000;

/// The steps of an execution that held, in pairs of which the second came first in the one that failed, or
/// came and the first did not. Pairs that come so because others do are counted, and left out. If there are too many to tell, none is told.
pub(super) fn reversed(
    failing: &FailingSteps,
    held: &Trace<'_>,
    order: &HappensBefore,
    declared: fn(MarkerId) -> usize,
) -> (usize, Vec<ReversedPair>) {
    let places = failing.places(held);
    let touches: Vec<Vec<(Touch, Access)>> = (0..order.taken)
        .map(|number| touches(held, number, declared))
        .collect();
    let was_after = |number: usize, place: usize| match places[number] {
        Some(own) => own > place,
        None => !failing.ended.contains(&order.steps[number].thread),
    };
    let all = (0..order.taken).flat_map(|next| (0..next).map(move |one| (one, next)));
    let pairs = all.filter(|&(one, next)| {
        order.steps[one].thread != order.steps[next].thread
            && places[next].is_some_and(|place| was_after(one, place))
            && conflicts(&touches[one], &touches[next]).next().is_some()
    });
    let pairs: Vec<(usize, usize)> = pairs.collect();
    if pairs.len() > MAX_PAIRS {
        return (pairs.len(), Vec::new());
    }
    let is_by = |one: usize, other: usize| one == other || order.is_before(one, other);
    let is_implied = |pair: &(usize, usize)| {
        let mut others = pairs.iter().filter(|other| *other != pair);
        others.any(|other| is_by(pair.0, other.0) && is_by(other.1, pair.1))
    };
    let immediate = pairs.iter().filter(|pair| !is_implied(pair));
    let immediate = immediate.sorted_by_key(|pair| {
        let second = places[pair.0];
        (places[pair.1], second.is_none(), second, pair.0)
    });
    let told = immediate.flat_map(|pair| {
        let all = conflicts(&touches[pair.0], &touches[pair.1]);
        let has_second = places[pair.0].is_some();
        told(all).map(move |(second, first)| ReversedPair {
            first,
            second,
            has_second,
        })
    });
    (pairs.len(), told.collect())
}

/// What a step touches by what its marker declares. Not that it holds a lock, or releases one: what is told of
/// a lock is who acquires it.
fn touches(
    trace: &Trace<'_>,
    number: usize,
    declared: fn(MarkerId) -> usize,
) -> Vec<(Touch, Access)> {
    let Event {
        thread, operation, ..
    } = trace.events[number];
    let is_passed = |it: &Event| it.thread == thread && it.operation.is_marker();
    let passed = trace.events[..=number].iter().rposition(is_passed);
    // A thread touches nothing of that kind in its first step.
    let Some(passed) = passed else {
        return Vec::new();
    };
    let marker = trace.events[passed].operation.name();
    let declared = trace.accesses(passed).take(declared(marker));
    let seen = trace.accesses(number).zip(declared).enumerate();
    // After a wait it does not acquire again what its marker has acquired.
    let seen = seen.filter(|(_, (seen, declared))| {
        seen.kind == declared.kind && seen.kind != AccessKind::Release
    });
    let touch = |place: usize, kind: AccessKind| Touch {
        thread,
        operation,
        marker,
        place,
        kind,
    };
    seen.map(|(place, (access, _))| (touch(place, access.kind), access))
        .collect()
}

type Conflict<'a> = (&'a (Touch, Access), &'a (Touch, Access));

fn conflicts<'a>(
    one: &'a [(Touch, Access)],
    other: &'a [(Touch, Access)],
) -> impl Iterator<Item = Conflict<'a>> {
    let all = one.iter().cartesian_product(other);
    all.filter(|(one, other)| one.1.conflicts_with(&other.1))
}

/// Of the conflicts of two steps, one for each pair of objects: writing says more than reading.
fn told<'a>(all: impl Iterator<Item = Conflict<'a>>) -> impl Iterator<Item = (Touch, Touch)> {
    let writes = |(one, other): &Conflict<'_>| {
        Reverse(usize::from(one.1.is_write()) + usize::from(other.1.is_write()))
    };
    let all = all.sorted_by_key(writes);
    let all = all.unique_by(|(one, other)| (&one.1.object, &other.1.object));
    let all: Vec<_> = all
        .map(|(one, other)| (one.0.clone(), other.0.clone()))
        .collect();
    all.into_iter()
}
