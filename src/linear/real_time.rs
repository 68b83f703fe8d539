//! Linearizability: is there an order in which each operation comes between its call and its return?
//!
//! This is the search of Wing and Gong ("Testing and Verifying Concurrent Objects", JPDC 1993), with the memo of
//! Lowe ("Testing for Linearizability", CCPE 2017): no state is gone on from twice with the same operations
//! behind it. Operations on different keys are divided as by Horn and Kroening ("Faster Linearizability Checking
//! via P-Compositionality", FORTE 2015).

use std::collections::BTreeMap;

use super::Spec;
use super::call::{Call, Nearest};
use super::mutant::Mutant;
use super::taken::Taken;
use super::tried::Tried;

/// An order that explains what the calls returned, each part of the state by itself.
///
/// # Errors
///
/// The order that comes nearest, if there is none.
pub(super) fn order<S: Spec>(initial: &S, calls: &[Call<'_, S>]) -> Result<(), Nearest> {
    for part in parts(calls) {
        let own: Vec<_> = part.iter().map(|&number| calls[number]).collect();
        undivided_order(initial, &own).map_err(|nearest| nearest.among(&part))?;
    }
    Ok(())
}

/// The calls that concern the same part of the state as the one of this number.
pub(super) fn part_of<'a, S: Spec>(calls: &[Call<'a, S>], number: usize) -> Vec<Call<'a, S>> {
    let mut parts = parts(calls).into_iter();
    let part = parts.find(|part| part.contains(&number));
    part.unwrap_or_default()
        .into_iter()
        .map(|it| calls[it])
        .collect()
}

/// The numbers of the calls that concern one part of the state, for each part.
fn parts<S: Spec>(calls: &[Call<'_, S>]) -> Vec<Vec<usize>> {
    let mut parts: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (number, call) in calls.iter().enumerate() {
        let Some(part) = S::partition(call.op) else {
            return vec![(0..calls.len()).collect()];
        };
        parts.entry(part).or_default().push(number);
    }
    parts.into_values().collect()
}

/// As [`order`], of the whole state: the numbers of the calls.
pub(super) fn undivided_order<S: Spec>(
    initial: &S,
    calls: &[Call<'_, S>],
) -> Result<Vec<usize>, Nearest> {
    let mut events = Events::of(calls);
    let mut left = calls.iter().filter(|call| call.ret.is_some()).count();
    let mut state = initial.clone();
    let mut taken = Taken::new(calls.len());
    let mut tried = Tried::default();
    // Each call that was taken, with the state before it.
    let mut stack: Vec<(usize, S)> = Vec::new();
    let mut nearest: Option<(usize, Nearest)> = None;
    let mut at = events.first();
    while left > 0 {
        let (number, is_return) = events.at(at);
        if !is_return && at != END {
            if let Some(next) = takes(&calls[number], &state) {
                taken.flip(number);
                if tried.is_new(&taken, &next) {
                    stack.push((number, std::mem::replace(&mut state, next)));
                    events.lift(number);
                    left -= usize::from(calls[number].ret.is_some());
                    at = events.first();
                    continue;
                }
                taken.flip(number);
            }
            at = events.after(at);
            continue;
        }
        // It has returned, so it has to come before all that follows.
        let is_longest = nearest.as_ref().is_none_or(|(it, _)| stack.len() > *it);
        if is_longest {
            let order = stack.iter().map(|(number, _)| *number).collect();
            let told = Nearest::new(order, number, &state, calls);
            nearest = Some((stack.len(), told));
        }
        let Some((number, before)) = stack.pop() else {
            return Err(nearest.map_or_else(Nearest::default, |(_, it)| it));
        };
        taken.flip(number);
        if !Mutant::StateKept.is_on() {
            state = before;
        }
        events.put_back(number);
        left += usize::from(calls[number].ret.is_some());
        at = events.after(events.call_of(number));
    }
    Ok(stack.into_iter().map(|(number, _)| number).collect())
}

/// What a call makes of the state, if it can come next.
fn takes<S: Spec>(call: &Call<'_, S>, state: &S) -> Option<S> {
    let is_left_out = call.ret.is_none() && Mutant::PendingLeftOut.is_on();
    call.apply_to(state).filter(|_| !is_left_out)
}

/// The calls and returns that are left, in their order: a list from which any can be taken and put back.
struct Events {
    /// The number of the call, and whether it returns, at each place but 0.
    all: Vec<(usize, bool)>,
    next: Vec<usize>,
    previous: Vec<usize>,
    /// The places of each call and its return.
    places: Vec<(usize, Option<usize>)>,
}

/// The place before all events, and after them.
const END: usize = 0;

impl Events {
    fn of<S: Spec>(calls: &[Call<'_, S>]) -> Self {
        let invoked = |(number, call): (usize, &Call<'_, S>)| (call.invoked, number, false);
        let returned = |(number, call): (usize, &Call<'_, S>)| {
            let returned = call.returned().filter(|_| !Mutant::ReturnsIgnored.is_on());
            returned.map(|moment| (moment, number, true))
        };
        let numbered = || calls.iter().enumerate();
        let invoked = numbered().map(invoked);
        let mut sorted: Vec<_> = invoked.chain(numbered().filter_map(returned)).collect();
        sorted.sort_unstable();
        let mut places = vec![(END, None); calls.len()];
        for (place, (_, number, is_return)) in (1..).zip(&sorted) {
            if *is_return {
                places[*number].1 = Some(place);
            } else {
                places[*number].0 = place;
            }
        }
        let size = sorted.len() + 1;
        let events = sorted.into_iter().map(|(_, number, is)| (number, is));
        Events {
            all: std::iter::once((0, false)).chain(events).collect(),
            next: (1..size).chain([END]).collect(),
            previous: std::iter::once(size - 1).chain(0..size - 1).collect(),
            places,
        }
    }

    fn first(&self) -> usize {
        self.next[END]
    }

    fn after(&self, place: usize) -> usize {
        self.next[place]
    }

    /// The number of the call at a place, and whether it returns there.
    fn at(&self, place: usize) -> (usize, bool) {
        self.all[place]
    }

    fn call_of(&self, number: usize) -> usize {
        self.places[number].0
    }

    fn lift(&mut self, number: usize) {
        let (call, returns) = self.places[number];
        for place in [Some(call), returns].into_iter().flatten() {
            let (before, after) = (self.previous[place], self.next[place]);
            self.next[before] = after;
            self.previous[after] = before;
        }
    }

    /// Puts back the call that was lifted last.
    fn put_back(&mut self, number: usize) {
        let (call, returns) = self.places[number];
        for place in [returns, Some(call)].into_iter().flatten() {
            let (before, after) = (self.previous[place], self.next[place]);
            self.next[before] = place;
            self.previous[after] = place;
        }
    }
}
