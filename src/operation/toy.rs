//! Operations, points and traces for toy models: no accesses.

use super::{Choice, Event, Footprints, Operation, Pending, SchedulingPoint, ThreadId, Trace};
use crate::site::MarkerId;

impl Pending {
    /// This thread, paused at this marker.
    pub(crate) fn at(thread: usize, marker: u32) -> Self {
        Pending {
            thread: ThreadId::new(thread),
            operation: Operation::at_marker(MarkerId::new(marker)),
        }
    }

    /// This thread, in a wait that began after this marker and may time out.
    pub(crate) fn timed(thread: usize, marker: u32) -> Self {
        Pending {
            thread: ThreadId::new(thread),
            operation: Operation::timeout(MarkerId::new(marker)),
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
            footprints: Footprints::NONE,
            identities: &[],
            last: events.last().map(|event| event.thread),
            step: events.len(),
        }
    }

    /// The step that this choice takes.
    pub(crate) fn event(&self, choice: usize) -> Event {
        let [index, count] = [choice, self.enabled.len()].map(|it| u32::try_from(it).unwrap());
        Event {
            preempts: self.preempts(choice),
            ..Event::begin(self.enabled[choice], index, count, 0)
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
            has_aborted: false,
            conditional: None,
            threads: &[],
            footprints: Footprints::NONE,
            identities: &[],
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
