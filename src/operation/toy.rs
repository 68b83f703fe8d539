//! Operations, points and traces for toy models: markers only, and no accesses.

use super::{Choice, Event, Operation, Pending, SchedulingPoint, ThreadId, Trace};
use crate::site::MarkerId;

impl Pending {
    /// This thread, paused at this marker.
    pub(crate) fn at(thread: usize, marker: u32) -> Self {
        Pending {
            thread: ThreadId::new(thread),
            operation: Operation::at_marker(MarkerId::new(marker)),
        }
    }
}

impl Event {
    /// The step that begins there.
    pub(crate) fn of(pending: Pending) -> Self {
        Event::begin(pending, 0, 0, 0)
    }
}

impl<'a> SchedulingPoint<'a> {
    /// The point after these events.
    pub(crate) fn after(events: &[Event], enabled: &'a [Pending]) -> Self {
        SchedulingPoint {
            enabled,
            threads: &[],
            last: events.last().map(|event| event.thread),
            step: events.len(),
        }
    }
}

impl<'a> Trace<'a> {
    /// The trace of these events.
    pub(crate) fn of(events: &'a [Event]) -> Self {
        Trace {
            events,
            accesses: &[],
            repeated: 0,
            is_cut_short: false,
        }
    }
}

impl Choice {
    /// The index that is taken, if one is.
    pub(crate) fn taken(self) -> Option<usize> {
        match self {
            Choice::Take(index) => Some(index),
            Choice::Prune => None,
        }
    }
}
