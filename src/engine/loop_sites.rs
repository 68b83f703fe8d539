//! Places in the code at which loops begin of which executions have shown whether they wait for others.

use super::core::Learnt;
use super::lessons::{Lessons, new_lesson};
use super::lock::Mutex;
use crate::site::MarkerId;

/// What was learnt of a loop, and the number of that lesson.
struct Known {
    site: MarkerId,
    learnt: Learnt,
    lesson: u32,
}

static KNOWN: Mutex<Vec<Known>> = Mutex::new(Vec::new());

/// How many rounds of a loop at `site` a search does not take for a wait. Nothing if none is one, as where it
/// `writes` and is not known to wait.
pub(super) fn free_rounds(site: MarkerId, writes: bool, lessons: Lessons) -> Option<u32> {
    let (mut free, mut waits) = (1, !writes);
    for known in KNOWN.lock().iter().filter(|it| it.site == site) {
        if !lessons.know(known.lesson) {
            lessons.outdate();
            continue;
        }
        match known.learnt {
            Learnt::Ends(rounds) => free = free.max(rounds),
            Learnt::Waits => waits = true,
        }
    }
    waits.then_some(free)
}

/// An execution has shown this of a loop at `site`.
pub(super) fn learn(site: MarkerId, learnt: Learnt, lessons: Lessons) {
    let says_it = |known: &Known| match (known.learnt, learnt) {
        (Learnt::Ends(known), Learnt::Ends(rounds)) => known >= rounds,
        (known, learnt) => known == learnt,
    };
    let mut all = KNOWN.lock();
    if !all.iter().any(|it| it.site == site && says_it(it)) {
        let lesson = new_lesson();
        all.push(Known {
            site,
            learnt,
            lesson,
        });
    }
    lessons.outdate();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_knows_the_loops_that_have_ended_before_it() {
        let site = MarkerId::new(7_000_000);
        let first = Lessons::so_far();
        assert_eq!(free_rounds(site, false, first), Some(1));
        learn(site, Learnt::Ends(3), first);
        learn(site, Learnt::Ends(2), first);
        assert_eq!(free_rounds(site, false, first), Some(1));
        let second = first.end().unwrap();

        assert_eq!(free_rounds(site, false, second), Some(3));
        assert!(second.end().is_none());
    }

    #[test]
    fn a_loop_that_writes_waits_only_if_that_was_seen() {
        let site = MarkerId::new(7_000_001);
        let first = Lessons::so_far();
        assert_eq!(free_rounds(site, true, first), None);
        learn(site, Learnt::Waits, first);
        assert_eq!(free_rounds(site, true, first), None);
        let second = first.end().unwrap();

        assert_eq!(free_rounds(site, true, second), Some(1));
        learn(site, Learnt::Ends(4), second);
        assert_eq!(free_rounds(site, true, second.end().unwrap()), Some(4));
    }
}
