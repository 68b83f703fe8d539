//! Places in the code that acquire locks, each by a compare-and-swap of a word that is 0 while the lock is
//! free.
//!
//! Where such a compare-and-swap fails, its thread goes on to wait for the same word: that shows that it is
//! the place of a lock, and no attempt that may fail. It is learnt once in a process.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::lessons::{Lessons, new_lesson};

/// What is known of one place.
#[derive(Debug, Default)]
pub(crate) struct LockSite {
    /// The lesson that it acquires a lock; 0 if that is not known.
    learnt: AtomicU32,
    /// The lesson that it does not; 0 if that is not known.
    refuted: AtomicU32,
    /// Whether it does, and nobody had to learn that.
    is_known: AtomicBool,
    /// Whether that is a lock of readers and writers.
    has_readers: AtomicBool,
}

/// How a search is to take a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    AsAttempt,
    AsLock,
}

impl LockSite {
    /// How a search is to take the place that knows these `lessons`, and whether it would take it otherwise
    /// if it began now.
    pub(super) fn taken(&self, lessons: Lessons) -> (Taken, bool) {
        if self.is_known.load(Ordering::Acquire) {
            let is_lock =
                !self.has_readers.load(Ordering::Relaxed) || !lessons.habits().readers_wait;
            let taken = if is_lock {
                Taken::AsLock
            } else {
                Taken::AsAttempt
            };
            return (taken, false);
        }
        let learnt = self.learnt.load(Ordering::Acquire);
        let refuted = self.refuted.load(Ordering::Acquire);
        let is_lock = lessons.know(learnt) && !lessons.know(refuted);
        let is_lock_now = learnt != 0 && refuted == 0;
        let taken = if is_lock {
            Taken::AsLock
        } else {
            Taken::AsAttempt
        };
        (taken, is_lock != is_lock_now)
    }

    /// Whether nothing can be learnt of it any more.
    pub(super) fn is_refuted(&self) -> bool {
        self.refuted.load(Ordering::Acquire) != 0
    }

    /// A thread waits for the word at which it has just failed here.
    pub(super) fn learn(&self) {
        let new = new_lesson();
        // Who comes second has learnt nothing new.
        let _ = (self.learnt).compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire);
    }

    /// It acquires a lock, as the program's text tells: for all searches, whenever they have begun.
    #[cfg(interlace)]
    pub(crate) fn know(&self, has_readers: bool) {
        self.has_readers.store(has_readers, Ordering::Relaxed);
        self.is_known.store(true, Ordering::Release);
    }

    /// A thread has failed here and goes on without waiting.
    pub(crate) fn refute(&self) {
        let new = new_lesson();
        let _ = (self.refuted).compare_exchange(0, new, Ordering::AcqRel, Ordering::Acquire);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_taken_as_a_lock_once_that_was_learnt_and_for_as_long_as_it_is_not_refuted() {
        let site = LockSite::default();
        let first = Lessons::so_far();
        assert_eq!(site.taken(first), (Taken::AsAttempt, false));
        site.learn();
        assert_eq!(site.taken(first), (Taken::AsAttempt, true));
        let second = Lessons::so_far();
        assert_eq!(site.taken(second), (Taken::AsLock, false));
        site.refute();
        assert_eq!(site.taken(first), (Taken::AsAttempt, false));
        assert_eq!(site.taken(second), (Taken::AsLock, true));
        site.learn();
        let third = Lessons::so_far();
        assert_eq!(site.taken(third), (Taken::AsAttempt, false));
        assert!(site.is_refuted());
    }
}
