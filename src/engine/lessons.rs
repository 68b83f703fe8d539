//! What executions have shown of the code, which holds for the life of the process. A search knows what was
//! learnt before it has begun; what it learns itself makes it begin again.

use std::sync::atomic::{AtomicU32, Ordering};

use super::lock::Mutex;

/// How many lessons there have been.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// How many searches there have been.
static SEARCHES: AtomicU32 = AtomicU32::new(0);

/// The searches that have learnt something, and what of that is about the program.
static TAUGHT: Mutex<Vec<(u32, Habits)>> = Mutex::new(Vec::new());
static TAUGHT_COUNT: AtomicU32 = AtomicU32::new(0);

/// What a program does that most do not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Habits {
    /// A thread may wait for something while it reads under a lock of readers and writers. Then it matters to
    /// that whether a writer waits.
    pub(super) readers_wait: bool,
    /// A thread parks that has begun a `thread::scope` before. Then it matters whether the end of that has left
    /// it a token, or has taken one.
    pub(super) owners_park: bool,
}

impl Habits {
    fn and(self, other: Habits) -> Habits {
        Habits {
            readers_wait: self.readers_wait || other.readers_wait,
            owners_park: self.owners_park || other.owners_park,
        }
    }
}

/// What a search knows of the code. The default knows nothing, and learns nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lessons {
    known: u32,
    search: u32,
    habits: Habits,
}

impl Lessons {
    /// What was learnt so far, for a search that is about to begin.
    pub(crate) fn so_far() -> Self {
        Lessons {
            known: COUNT.load(Ordering::Acquire),
            search: SEARCHES.fetch_add(1, Ordering::Relaxed) + 1,
            habits: Habits::default(),
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
        self.teach(Habits::default());
    }

    /// The program does this.
    #[cfg(any(interlace, test))]
    #[cold]
    pub(super) fn note(self, habits: Habits) {
        if self.habits.and(habits) != self.habits {
            self.teach(habits);
        }
    }

    /// What the program is known to do.
    #[cfg(any(interlace, test))]
    pub(super) fn habits(self) -> Habits {
        self.habits
    }

    #[cfg(any(interlace, test))]
    fn teach(self, habits: Habits) {
        if self.search == 0 {
            return;
        }
        let mut taught = TAUGHT.lock();
        if let Some(own) = taught.iter_mut().find(|it| it.0 == self.search) {
            own.1 = own.1.and(habits);
        } else {
            taught.push((self.search, habits));
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
        let (_, habits) = taught.swap_remove(place);
        TAUGHT_COUNT.fetch_sub(1, Ordering::Release);
        Some(Lessons {
            habits: self.habits.and(habits),
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
        assert!(again.know(lesson) && again.habits() == Habits::default());
        assert_eq!([before.end(), after.end()], [None; 2]);
        let [readers_wait, owners_park] = [true, false].map(|readers_wait| Habits {
            readers_wait,
            owners_park: !readers_wait,
        });
        again.note(readers_wait);
        let last = again.end().unwrap();
        assert_eq!(last.habits(), readers_wait);
        last.note(readers_wait);
        assert_eq!(last.end(), None);
        last.note(owners_park);
        assert_eq!(last.end().unwrap().habits(), readers_wait.and(owners_park));
        Lessons::default().outdate();
        assert_eq!(Lessons::default().end(), None);
    }
}
