//! What the workers of a search have done so far, in sum.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use parking_lot::Mutex;

use super::snapshot::Size;
use crate::operation::Event;
use crate::search::{Multinomial, estimate};

/// Sums up what workers have done. They tell it when they hear that it has asked.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    /// How many times it has asked.
    asked: AtomicU32,
    /// How many executions there are to be, where that is given.
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
    /// Asks every worker to tell what it has done.
    pub(super) fn ask(&self) {
        self.asked.fetch_add(1, Relaxed);
    }

    /// Whether it has asked since a worker last heard it.
    #[inline]
    pub(crate) fn has_asked(&self, heard: &mut u32) -> bool {
        std::mem::replace(heard, self.asked.load(Relaxed)) != *heard
    }

    /// The search consists of so many executions.
    pub(crate) fn expect(&self, executions: u64) {
        self.expected.get_or_init(|| executions);
    }

    /// Supposes that every execution takes the steps of this one, in any order. Only the first
    /// call counts.
    pub(crate) fn suppose(&self, execution: &[Event]) {
        self.tree.get_or_init(|| Multinomial::supposed(execution));
    }

    /// The tree that is supposed, if nothing has contradicted it.
    pub(crate) fn tree(&self) -> Option<&Multinomial> {
        let tree = self.tree.get()?.as_ref();
        tree.filter(|_| !self.sums.lock().is_contradicted)
    }

    /// Adds executions, and the share of the tree that they were.
    pub(crate) fn add(&self, executions: u64, share: f64) {
        let mut sums = self.sums.lock();
        sums.executions += executions;
        sums.share += share;
    }

    /// The supposed tree is not the one that is searched.
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
        if let Some(&expected) = self.expected.get() {
            return Some(Size {
                schedules: expected as f64,
                is_exact: true,
            });
        }
        if let Some(tree) = self.tree() {
            let schedules = tree.leaves as f64;
            return Some(Size {
                schedules,
                is_exact: true,
            });
        }
        let Sums {
            executions, share, ..
        } = *self.sums.lock();
        estimate(executions, share).map(|schedules| Size {
            schedules,
            is_exact: false,
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
