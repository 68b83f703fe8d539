//! Until when threads wait.

// From `core`, which knows durations and has no clock.
use core::time::Duration;

use crate::operation::ThreadId;

/// The deadlines of the threads whose waits or sleeps end by themselves, at most one for each.
#[derive(Debug, Default)]
pub(crate) struct Deadlines {
    /// Earliest first; of two at the same time, the thread that comes first in the program.
    sorted: Vec<(Duration, ThreadId)>,
}

impl Deadlines {
    /// Forgets all, for the next execution.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.sorted.clear();
    }

    /// Lets the wait of `thread` end at `deadline`, instead of at one that was set before.
    pub(crate) fn set(&mut self, thread: ThreadId, deadline: Duration) {
        self.remove(thread);
        let entry = (deadline, thread);
        let place = self.sorted.partition_point(|other| *other < entry);
        self.sorted.insert(place, entry);
    }

    /// Forgets the deadline of `thread`, whose wait is over. Returns it.
    pub(crate) fn remove(&mut self, thread: ThreadId) -> Option<Duration> {
        let place = self.sorted.iter().position(|(_, other)| *other == thread);
        place.map(|place| self.sorted.remove(place).0)
    }

    /// When the wait of `thread` ends by itself.
    #[cfg(test)]
    pub(crate) fn of(&self, thread: ThreadId) -> Option<Duration> {
        let found = self.sorted.iter().find(|(_, other)| *other == thread);
        found.map(|(deadline, _)| *deadline)
    }

    /// The first deadline, and whose it is.
    #[cfg(test)]
    pub(crate) fn earliest(&self) -> Option<(Duration, ThreadId)> {
        self.sorted.first().copied()
    }

    /// All deadlines, earliest first; of two at the same time, the thread with the lower id first.
    #[cfg(test)]
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Duration, ThreadId)> + '_ {
        self.sorted.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn at(millis: u64, thread: usize) -> (Duration, ThreadId) {
        (Duration::from_millis(millis), ThreadId::new(thread))
    }

    fn deadlines(set: &[(u64, usize)]) -> Deadlines {
        let mut deadlines = Deadlines::default();
        for &(millis, thread) in set {
            let (deadline, thread) = at(millis, thread);
            deadlines.set(thread, deadline);
        }
        deadlines
    }

    /// Threads 2 and 0 wait until the same time, and thread 2 was the first to say so.
    #[test]
    fn of_two_deadlines_at_one_time_the_thread_with_the_lower_id_comes_first() {
        let deadlines = deadlines(&[(7, 2), (9, 1), (7, 0)]);
        assert_eq!(deadlines.earliest(), Some(at(7, 0)));
        let all: Vec<_> = deadlines.iter().collect();
        assert_eq!(all, [at(7, 0), at(7, 2), at(9, 1)]);
    }

    #[test]
    fn a_thread_has_one_deadline_until_it_is_removed() {
        let mut deadlines = deadlines(&[(3, 0), (8, 0)]);
        let (deadline, thread) = at(8, 0);
        assert_eq!(deadlines.iter().count(), 1);
        assert_eq!(deadlines.of(thread), Some(deadline));
        assert_eq!(deadlines.remove(thread), Some(deadline));
        assert_eq!(deadlines.remove(thread), None);
        assert_eq!(deadlines.of(thread), None);
        assert_eq!(deadlines.earliest(), None);
    }

    proptest! {
        /// Beside a map from threads to deadlines, which is sorted anew whenever it is asked. Few
        /// times, so that many are the same; no time stands for a removal.
        #[test]
        fn deadlines_are_those_of_a_map_in_order(
            changes in vec((0_usize..5, prop::option::of(0_u64..4)), 0..40),
        ) {
            let (mut deadlines, mut map) = (Deadlines::default(), BTreeMap::new());
            for (thread, millis) in changes {
                let (deadline, id) = at(millis.unwrap_or_default(), thread);
                if millis.is_some() {
                    deadlines.set(id, deadline);
                    map.insert(id, deadline);
                } else {
                    prop_assert_eq!(deadlines.remove(id), map.remove(&id));
                }
                let mut sorted: Vec<_> = map.iter().map(|(id, at)| (*at, *id)).collect();
                sorted.sort_unstable();
                prop_assert_eq!(deadlines.earliest(), sorted.first().copied());
                prop_assert_eq!(deadlines.iter().collect::<Vec<_>>(), sorted);
                prop_assert_eq!(deadlines.of(id), map.get(&id).copied());
            }
            deadlines.clear();
            prop_assert_eq!(deadlines.earliest(), None);
        }
    }
}
