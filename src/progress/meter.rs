//! Adds up what the workers of a search have done.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use super::snapshot::Size;
use crate::locks::Mutex;
use crate::operation::Event;
use crate::search::{Multinomial, estimate};

/// Adds up what the workers have done. They report when they notice that it has asked.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// How many times it has asked.
    asked: AtomicU32,
    /// How many executions there will be, if that is known.
    expected: OnceLock<u64>,
    tree: OnceLock<Option<Multinomial>>,
    sums: Mutex<Sums>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    executions: u64,
    share: f64,
    is_contradicted: bool,
}

impl Meter {
    /// Asks every worker to report.
    pub(super) fn ask(&self) {
        self.asked.fetch_add(1, Relaxed);
    }

    /// Whether it has asked since the worker with this `heard` last called this.
    #[inline]
    pub(crate) fn has_asked(&self, heard: &mut u32) -> bool {
        std::mem::replace(heard, self.asked.load(Relaxed)) != *heard
    }

    /// Sets how many executions there will be.
    pub(crate) fn expect(&self, executions: u64) {
        self.expected.get_or_init(|| executions);
    }

    /// Assumes that every execution takes the steps of this one, in any order. Only the first call
    /// counts.
    pub(crate) fn suppose(&self, execution: &[Event]) {
        self.tree.get_or_init(|| Multinomial::supposed(execution));
    }

    /// The assumed tree of schedules, unless it has been contradicted.
    pub(crate) fn tree(&self) -> Option<&Multinomial> {
        let tree = self.tree.get()?.as_ref();
        tree.filter(|_| !self.sums.lock().is_contradicted)
    }

    /// Adds executions, and their share of the tree.
    pub(crate) fn add(&self, executions: u64, share: f64) {
        let mut sums = self.sums.lock();
        sums.executions += executions;
        sums.share += share;
    }

    /// Notes that the assumed tree is wrong.
    pub(crate) fn contradict(&self) {
        self.sums.lock().is_contradicted = true;
    }

    /// How many executions were run.
    pub(super) fn executions(&self) -> u64 {
        self.sums.lock().executions
    }

    /// How many schedules there are.
    #[allow(clippy::cast_precision_loss, reason = "shown with a few digits")]
    pub(super) fn size(&self) -> Option<Size> {
        let expected = self.expected.get().map(|&executions| executions as f64);
        let exact = expected.or_else(|| self.tree().map(|tree| tree.leaves as f64));
        let sums = *self.sums.lock();
        let schedules = exact.or_else(|| estimate(sums.executions, sums.share))?;
        Some(Size {
            schedules,
            is_exact: exact.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Pending;

    /// Two threads with two steps each.
    fn execution() -> Vec<Event> {
        [0, 0, 1, 1]
            .map(|thread| Event::of(Pending::at(thread, 0)))
            .to_vec()
    }

    #[test]
    fn a_worker_hears_each_question_once() {
        let meter = Meter::default();
        let mut heard = 0;
        assert!(!meter.has_asked(&mut heard));
        meter.ask();
        meter.ask();
        assert!(meter.has_asked(&mut heard));
        assert!(!meter.has_asked(&mut heard));
    }

    #[test]
    fn the_size_is_exact_until_it_is_contradicted() {
        let meter = Meter::default();
        assert_eq!(meter.size(), None);
        meter.suppose(&execution());
        meter.add(2, 0.25);
        meter.add(1, 0.125);
        // 4! / (2! 2!) = 6
        let size = meter.size().unwrap();
        assert_eq!((size.schedules, size.is_exact), (6.0, true));
        // 3 / 0.375 = 8
        meter.contradict();
        let size = meter.size().unwrap();
        assert_eq!((size.schedules, size.is_exact), (8.0, false));
        assert_eq!(meter.executions(), 3);
    }
}
