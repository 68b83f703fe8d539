//! What executions have shown of the code, which holds for the life of the process. A search knows what was
//! learnt before it has begun; what it learns itself makes it begin again.

use std::sync::atomic::{AtomicU32, Ordering};

use super::lock::Mutex;

/// How many lessons there have been.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// How many searches there have been.
static SEARCHES: AtomicU32 = AtomicU32::new(0);

/// The searches that have learnt something.
static TAUGHT: Mutex<Vec<u32>> = Mutex::new(Vec::new());
static TAUGHT_COUNT: AtomicU32 = AtomicU32::new(0);

/// What a search knows of the code. The default knows nothing, and learns nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lessons {
    known: u32,
    search: u32,
}

impl Lessons {
    /// What was learnt so far, for a search that is about to begin.
    pub(crate) fn so_far() -> Self {
        Lessons {
            known: COUNT.load(Ordering::Acquire),
            search: SEARCHES.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }

    /// Whether the lesson of this number is known; there is none of number 0.
    #[cfg(any(interlace, test))]
    pub(super) fn know(self, lesson: u32) -> bool {
        lesson != 0 && lesson <= self.known
    }

    /// An execution has come to what was learnt only after the search had begun.
    #[cfg(any(interlace, test))]
    #[cold]
    pub(super) fn outdate(self) {
        let mut taught = TAUGHT.lock();
        if self.search != 0 && !taught.contains(&self.search) {
            taught.push(self.search);
            TAUGHT_COUNT.fetch_add(1, Ordering::Release);
        }
    }

    /// Whether the search is to begin again.
    #[inline]
    pub(crate) fn are_outdated(self) -> bool {
        TAUGHT_COUNT.load(Ordering::Acquire) > 0 && TAUGHT.lock().contains(&self.search)
    }

    /// The search has ended. Returns whether it is to begin again.
    pub(crate) fn end(self) -> bool {
        let mut taught = TAUGHT.lock();
        let place = taught.iter().position(|it| *it == self.search);
        if let Some(place) = place {
            taught.swap_remove(place);
            TAUGHT_COUNT.fetch_sub(1, Ordering::Release);
        }
        place.is_some()
    }
}

/// The number of a lesson, given when it is learnt.
#[cfg(any(interlace, test))]
pub(super) fn new_lesson() -> u32 {
    COUNT.fetch_add(1, Ordering::AcqRel) + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_knows_what_was_learnt_before_it() {
        let before = Lessons::so_far();
        let lesson = new_lesson();
        let after = Lessons::so_far();
        assert!(!before.know(lesson) && after.know(lesson));
        assert!(!before.know(0) && !Lessons::default().know(lesson));
        before.outdate();
        before.outdate();
        assert!(before.are_outdated() && !after.are_outdated());
        assert!(before.end() && !before.end() && !after.end());
        Lessons::default().outdate();
        assert!(!Lessons::default().end());
    }
}
