//! What executions have shown of the code, which holds for the life of the process. A search knows what was
//! learnt before it has begun; what it learns itself makes it begin again.

use std::sync::atomic::{AtomicU32, Ordering};

use super::lock::Mutex;

/// How many lessons there have been.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// How many searches there have been.
static SEARCHES: AtomicU32 = AtomicU32::new(0);

/// The searches that have learnt something, and whether that is that readers [wait](Lessons::readers_wait).
static TAUGHT: Mutex<Vec<(u32, bool)>> = Mutex::new(Vec::new());
static TAUGHT_COUNT: AtomicU32 = AtomicU32::new(0);

/// What a search knows of the code. The default knows nothing, and learns nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lessons {
    known: u32,
    search: u32,
    /// Whether the program has a thread that may wait for something while it reads under a lock of readers and
    /// writers. Then it matters to that whether a writer waits.
    readers_wait: bool,
}

impl Lessons {
    /// What was learnt so far, for a search that is about to begin.
    pub(crate) fn so_far() -> Self {
        Lessons {
            known: COUNT.load(Ordering::Acquire),
            search: SEARCHES.fetch_add(1, Ordering::Relaxed) + 1,
            readers_wait: false,
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
        self.teach(false);
    }

    /// A thread may wait for something while it reads under a lock.
    #[cfg(any(interlace, test))]
    #[cold]
    pub(super) fn note_reader_that_waits(self) {
        if !self.readers_wait {
            self.teach(true);
        }
    }

    #[cfg(any(interlace, test))]
    pub(super) fn readers_wait(self) -> bool {
        self.readers_wait
    }

    #[cfg(any(interlace, test))]
    fn teach(self, readers_wait: bool) {
        if self.search == 0 {
            return;
        }
        let mut taught = TAUGHT.lock();
        if let Some(own) = taught.iter_mut().find(|it| it.0 == self.search) {
            own.1 |= readers_wait;
        } else {
            taught.push((self.search, readers_wait));
            TAUGHT_COUNT.fetch_add(1, Ordering::Release);
        }
    }

    /// Whether the search is to begin again.
    #[inline]
    pub(crate) fn are_outdated(self) -> bool {
        TAUGHT_COUNT.load(Ordering::Acquire) > 0 && {
            let taught = TAUGHT.lock();
            taught.iter().any(|it| it.0 == self.search)
        }
    }

    /// The search has ended. If it is to begin again, returns what it knows then.
    pub(crate) fn end(self) -> Option<Lessons> {
        let mut taught = TAUGHT.lock();
        let place = taught.iter().position(|it| it.0 == self.search)?;
        let (_, readers_wait) = taught.swap_remove(place);
        TAUGHT_COUNT.fetch_sub(1, Ordering::Release);
        Some(Lessons {
            readers_wait: self.readers_wait || readers_wait,
            ..Lessons::so_far()
        })
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
        let again = before.end().unwrap();
        assert!(again.know(lesson) && !again.readers_wait());
        assert_eq!([before.end(), after.end()], [None; 2]);
        again.note_reader_that_waits();
        let last = again.end().unwrap();
        assert!(last.readers_wait());
        last.note_reader_that_waits();
        assert_eq!(last.end(), None);
        Lessons::default().outdate();
        assert_eq!(Lessons::default().end(), None);
    }
}
