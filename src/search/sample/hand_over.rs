//! What threads hand over to each other in an execution.

use std::collections::BTreeSet;

use crate::operation::{Access, Trace};
use crate::site::MarkerId;

/// A step, and one of another thread that comes next of those that conflict with it: each by the
/// identity of its thread and its marker, which are the same in every execution.
pub(super) type HandOver = [(u64, MarkerId); 2];

/// Adds the hand-overs of an execution to those that were seen before.
///
/// Steps that may touch anything are taken to touch one object that nothing else touches: so each is a
/// hand-over if the last such step was that of another thread.
pub(super) fn add_hand_overs(trace: &Trace<'_>, seen: &mut BTreeSet<HandOver>) {
    // For each access so far the last step that made it; `None` is one to anything.
    let mut last: Vec<(Option<Access>, usize)> = Vec::new();
    for (number, event) in trace.events.iter().enumerate() {
        let known = trace.accesses(number).map(Some);
        for access in known.chain(event.is_opaque().then_some(None)) {
            let before = last
                .iter()
                .filter(|(other, _)| conflict(other.as_ref(), access.as_ref()));
            if let Some(before) = before.map(|&(_, before)| before).max()
                && trace.events[before].thread != event.thread
            {
                seen.insert([place(trace, before), place(trace, number)]);
            }
            match last.iter_mut().find(|(other, _)| *other == access) {
                Some((_, before)) => *before = number,
                None => last.push((access, number)),
            }
        }
    }
}

fn conflict(one: Option<&Access>, other: Option<&Access>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.conflicts_with(other),
        _ => one == other,
    }
}

fn place(trace: &Trace<'_>, number: usize) -> (u64, MarkerId) {
    let event = &trace.events[number];
    let identity = trace.identities.get(event.thread.index()).copied();
    (identity.unwrap_or_default(), event.operation.name())
}
