//! Threads that park and that join, where who is to let them go on does too little or cannot.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread::{self, Thread};

use interlace::{Explorer, marker, schedule};

use crate::oracle::assert_counts;

/// One who parks, and how often that one was told to go on.
#[derive(Default)]
struct Word {
    parker: Mutex<Option<Thread>>,
    said: AtomicU32,
}

/// `waits` is to wait for the word of this number.
fn two_words(waits: fn(&Word, u32)) -> Explorer<Word> {
    Explorer::new(Word::default)
        .thread("parks", move |word| {
            *word.parker.lock().unwrap() = Some(thread::current());
            marker!("one");
            waits(word, 1);
            marker!("two");
            waits(word, 2);
        })
        .thread("unparks", |word| {
            let say = || {
                word.said.fetch_add(1, SeqCst);
                word.parker.lock().unwrap().as_ref().unwrap().unpark();
            };
            marker!("say_one");
            say();
            marker!("say_two");
            say();
        })
}

#[test]
fn two_words_before_the_first_is_waited_for_are_one() {
    // p1 p2 park, u1 u2 unpark, + goes on. Two tokens are one if nobody has taken the first:
    //   u1 u2 p1 p2 deadlocks; u1 p1 u2 p2 and u1 p1 p2 u2 hold.
    //   p1 u1 u2 p1+ p2 deadlocks; p1 u1 p1+ u2 p2 and p1 u1 p1+ p2 u2 hold.
    let report = assert_counts(|| two_words(|_, _| thread::park()), 4, 2);
    let failure = report.assert_fails();
    // Nothing needs to be forced: who parks waits, and then both words are said.
    assert_eq!(failure.schedule(), &schedule![], "{failure}");
    assert!(failure.is_reproduced(), "{failure}");
}

#[test]
fn words_that_are_counted_are_not_lost() {
    // The same six.
    let waits = |word: &Word, number: u32| {
        while word.said.load(SeqCst) < number {
            thread::park();
        }
    };
    assert_counts(|| two_words(waits), 6, 0).assert_ok();
}

/// Joins a thread that waits for a word, and perhaps holds what whoever says it needs.
fn joins(holds: bool) -> Explorer<Mutex<Option<Thread>>> {
    Explorer::new(|| Mutex::new(None::<Thread>))
        .thread("joins", move |child| {
            let join = thread::spawn(thread::park);
            *child.lock().unwrap() = Some(join.thread().clone());
            marker!("join");
            let _guard = holds.then(|| child.lock().unwrap());
            join.join().unwrap();
        })
        .thread("unparks", |child| {
            marker!("unpark");
            child.lock().unwrap().as_ref().unwrap().unpark();
        })
}

#[test]
fn one_who_joins_and_holds_what_the_other_needs_deadlocks() {
    // The child's `start` comes before, between or after `join` and `unpark`, and then each of them
    // goes on when it can. Where `join` comes first, who joins waits for the child, the child for its
    // word, and whoever is to say it for the lock: start has 3 places. Where `unpark` comes first, the
    // child has its word before it starts (`start` before or after `join`: 2 of those that hold), or
    // goes on for it (start unpark, then its going on before or after `join`: 2).
    let report = assert_counts(|| joins(true), 4, 3);
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![], "{failure}");
    assert!(failure.is_reproduced(), "{failure}");
}

#[test]
fn one_who_joins_and_holds_nothing_goes_on() {
    // As above, and the three with `join` first go on as well: the child is told at last.
    assert_counts(|| joins(false), 7, 0).assert_ok();
}
