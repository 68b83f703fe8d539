//! Threads of which it is not known whether they will do something for the program.

use std::sync::Arc;
use std::time::Duration;

use super::kernel::{nap, now};
use super::record::Record;
use super::registry::generation;
use super::relation::Relation;

const NAP: Duration = Duration::from_micros(100);

impl Relation {
    /// Whether a thread is awake that is not related, and not known to be a stranger.
    pub(crate) fn is_unrelated_awake(&self) -> bool {
        !self.awake_unrelated().is_empty()
    }

    /// Waits until each unrelated thread is asleep, has ended, or is related; or else counts it as a
    /// stranger to this search from then on, if it has done nothing for the program in this time.
    /// Returns whether the related threads may be others than before.
    pub(crate) fn await_unrelated(&self, time: Duration) -> bool {
        let (start, before) = (now(), generation());
        let awake = loop {
            let awake = self.awake_unrelated();
            if awake.is_empty() || now().saturating_sub(start) >= time {
                break awake;
            }
            nap(NAP);
        };
        let numbers = awake.iter().map(|record| record.number());
        self.strangers.lock().extend(numbers);
        generation() != before
    }

    pub(super) fn awake_unrelated(&self) -> Vec<Arc<Record>> {
        let (known, strangers) = (self.known(), self.strangers.lock());
        let unrelated = known.unrelated.iter().filter(|record| {
            !record.has_ended()
                && !strangers.contains(&record.number())
                && record.is_surely_asleep().is_none()
        });
        unrelated.map(Arc::clone).collect()
    }
}
