//! What paused threads are about to touch, as far as they have said so.

use super::{Access, Object, ThreadId};

/// What the code touches that a marker gates, as the marker declares it: up to the next marker of its
/// thread.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Footprint {
    pub(crate) accesses: Vec<Access>,
    /// The locks that must be free for the thread to go on, and that it then acquires.
    pub(crate) locks: Vec<Object>,
}

/// The footprints of the threads of an execution, each as the marker declares it that its thread reached
/// last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Footprints {
    /// By thread. One beyond the end has declared nothing.
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Default)]
struct Row {
    declared: Option<Footprint>,
    /// Whether the thread has said so on its way to the marker at which it has not arrived yet.
    is_new: bool,
    /// The locks that it has acquired at markers. When it releases them is not known.
    held: Vec<Object>,
}

impl Footprints {
    /// Those of an execution in which no thread has declared anything.
    pub(crate) const NONE: &'static Footprints = &Footprints { rows: Vec::new() };

    /// What a thread is about to touch. Nothing if it may be anything.
    pub(crate) fn of(&self, thread: ThreadId) -> Option<&Footprint> {
        self.rows.get(thread.index())?.declared.as_ref()
    }

    /// Whether no thread has declared anything.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.rows.clear();
    }

    /// `thread` is about to reach a marker that declares this.
    pub(crate) fn declare(&mut self, thread: ThreadId, footprint: Footprint) {
        if self.rows.len() <= thread.index() {
            self.rows.resize_with(thread.index() + 1, Row::default);
        }
        let row = &mut self.rows[thread.index()];
        row.declared = Some(footprint);
        row.is_new = true;
    }

    /// `thread` has reached a marker. If it has not declared anything on the way there, the marker
    /// declares nothing.
    pub(crate) fn reach(&mut self, thread: ThreadId) {
        if let Some(row) = self.rows.get_mut(thread.index())
            && !std::mem::take(&mut row.is_new)
        {
            row.declared = None;
        }
    }

    /// Adds to `accesses` what `thread` touches when it takes a step: first what it was
    /// [about to touch](super::SchedulingPoint::touched), in that order, and so the locks that it
    /// acquires if it `passes` its marker by that; then those that it acquired before. It may release
    /// them in any later step: so each touches them.
    pub(crate) fn step(&mut self, thread: ThreadId, passes: bool, accesses: &mut Vec<Access>) {
        let Some(row) = self.rows.get_mut(thread.index()) else {
            return;
        };
        let mut acquired: &[Object] = &[];
        if let Some(footprint) = &row.declared {
            accesses.extend_from_slice(&footprint.accesses);
            acquired = if passes { &footprint.locks } else { &[] };
        }
        let held = row.held.iter().filter(|it| !acquired.contains(it));
        accesses.extend(acquired.iter().chain(held).cloned().map(Access::write));
        let new = acquired.iter().filter(|it| !row.held.contains(it));
        let new: Vec<Object> = new.cloned().collect();
        row.held.extend(new);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_touched_from_where_it_is_acquired_to_the_end() {
        let thread = ThreadId::new(1);
        let (lock, place) = (Object::Memory(8..9), Object::Text(1));
        let mut footprints = Footprints::default();
        let reach = |footprints: &mut Footprints, footprint: Option<Footprint>| {
            if let Some(footprint) = footprint {
                footprints.declare(thread, footprint);
            }
            footprints.reach(thread);
            let mut accesses = Vec::new();
            footprints.step(thread, true, &mut accesses);
            (footprints.of(thread).is_some(), accesses)
        };
        let acquires = Footprint {
            accesses: vec![Access::read(place.clone())],
            locks: vec![lock.clone()],
        };
        let held = Access::write(lock);
        let first = reach(&mut footprints, Some(acquires));
        assert_eq!(first, (true, vec![Access::read(place), held.clone()]));
        let second = reach(&mut footprints, Some(Footprint::default()));
        assert_eq!(second, (true, vec![held.clone()]));
        assert_eq!(reach(&mut footprints, None), (false, vec![held.clone()]));
        // What it is about to touch comes first.
        let another = Object::Memory(16..17);
        let acquires = Footprint {
            accesses: Vec::new(),
            locks: vec![another.clone()],
        };
        let third = reach(&mut footprints, Some(acquires));
        assert_eq!(third, (true, vec![Access::write(another), held]));
    }
}
