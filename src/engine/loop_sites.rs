//! Places in the code at which loops begin that end by themselves after a few rounds, and so wait for nobody.

use super::lessons::{Lessons, new_lesson};
use super::lock::Mutex;
use crate::site::MarkerId;

/// A loop that ends by itself after so many rounds, and the lesson that taught it.
struct Ended {
    site: MarkerId,
    rounds: u32,
    lesson: u32,
}

static ENDED: Mutex<Vec<Ended>> = Mutex::new(Vec::new());

/// How many rounds of a loop at `site` a search does not take for a wait.
pub(super) fn free_rounds(site: MarkerId, lessons: Lessons) -> u32 {
    let mut free = 1;
    for ended in ENDED.lock().iter().filter(|it| it.site == site) {
        if lessons.know(ended.lesson) {
            free = free.max(ended.rounds);
        } else {
            lessons.outdate();
        }
    }
    free
}

/// A loop at `site` has ended by itself after so many rounds, of which some were taken for a wait.
pub(super) fn learn(site: MarkerId, rounds: u32, lessons: Lessons) {
    let mut all = ENDED.lock();
    if !all.iter().any(|it| it.site == site && it.rounds >= rounds) {
        let lesson = new_lesson();
        all.push(Ended {
            site,
            rounds,
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
        assert_eq!(free_rounds(site, first), 1);
        learn(site, 3, first);
        learn(site, 2, first);
        assert_eq!(free_rounds(site, first), 1);
        let second = first.end().unwrap();

        assert_eq!(free_rounds(site, second), 3);
        assert!(second.end().is_none());
    }
}
