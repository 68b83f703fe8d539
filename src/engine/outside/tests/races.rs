//! Going to sleep while others act.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

use super::waits::{address, set, wait_while};
use super::{ASLEEP, LONG, search, start, start_stranger};
use crate::engine::outside::settle::Sleeps;
use crate::engine::outside::{after_wait, before_wait, current};

const ROUNDS: u32 = 20_000;

#[test]
fn nobody_is_asleep_while_a_wake_up_is_under_way() {
    let (question, answer) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let search = search();
    let thread = start({
        let (question, answer) = (Arc::clone(&question), Arc::clone(&answer));
        move || {
            for round in 0..ROUNDS {
                wait_while(&question, round);
                answer.store(round + 1, SeqCst);
            }
        }
    });
    for round in (2..=ROUNDS).step_by(2) {
        set(&question, round - 1);
        while answer.load(SeqCst) < round - 1 {
            hint::spin_loop();
        }
        // It has answered, and may be anywhere on its way to sleep.
        (0..round % 512).for_each(|_| hint::spin_loop());
        set(&question, round);
        assert_eq!(search.settle(LONG), ASLEEP);
        assert_eq!(answer.load(SeqCst), round);
    }
    thread.join().unwrap();
}

/// Each wakes the next one and goes to sleep, so at no moment do all sleep before the last has got
/// the token, but each of them sleeps at almost all moments.
#[test]
fn a_token_that_goes_around_is_never_lost() {
    const COUNT: usize = 4;
    const LAPS: u32 = 20;
    let (search, places) = (search(), Arc::new([const { AtomicU32::new(0) }; COUNT]));
    let laps = ROUNDS / 40;
    let threads: Vec<_> = (0..COUNT)
        .map(|place| {
            let places = Arc::clone(&places);
            start(move || {
                for lap in 0..laps * LAPS {
                    wait_while(&places[place], lap);
                    // The last one of a chain of laps keeps the token.
                    if place + 1 < COUNT {
                        set(&places[place + 1], lap + 1);
                    } else if (lap + 1) % LAPS != 0 {
                        set(&places[0], lap + 2);
                    }
                }
            })
        })
        .collect();
    for chain in 0..laps {
        set(&places[0], chain * LAPS + 1);
        assert_eq!(search.settle(LONG), ASLEEP);
        assert_eq!(places[COUNT - 1].load(SeqCst), (chain + 1) * LAPS);
    }
    for thread in threads {
        thread.join().unwrap();
    }
}

/// A thread that has just been started by one that then sleeps.
#[test]
fn no_thread_that_was_just_started_is_missed() {
    let (search, word) = (search(), Arc::new(AtomicU32::new(0)));
    let ended = Arc::new(AtomicU32::new(0));
    let parent = start({
        let (word, ended) = (Arc::clone(&word), Arc::clone(&ended));
        move || {
            for round in 0..ROUNDS / 10 {
                wait_while(&word, round);
                let ended = Arc::clone(&ended);
                drop(start(move || ended.fetch_add(1, SeqCst)));
            }
        }
    });
    for round in 1..=ROUNDS / 10 {
        set(&word, round);
        assert_eq!(search.settle(LONG), ASLEEP);
        assert_eq!(ended.load(SeqCst), round);
    }
    parent.join().unwrap();
}

#[test]
fn a_sleep_is_seen_in_the_record_of_its_thread_alone() {
    let word = AtomicU32::new(0);
    let own = current().unwrap();
    before_wait(address(&word), 0, false);
    assert!(own.is_surely_asleep().is_some());
    word.store(1, SeqCst);
    assert!(own.is_surely_asleep().is_none());
    word.store(0, SeqCst);
    assert!(own.is_surely_asleep().is_some());
    after_wait();
    assert!(own.is_surely_asleep().is_none());
    // Memory that is gone, or that never was.
    before_wait(8, 0, false);
    assert!(own.is_surely_asleep().is_none());
    after_wait();
}

/// The two looks at all threads, with something in between that a real search seldom hits.
#[test]
fn who_slept_at_both_looks_but_not_in_between_was_awake() {
    let (search, word) = (search(), Arc::new(AtomicU32::new(0)));
    let thread = start({
        let word = Arc::clone(&word);
        move || (0..3).for_each(|round| wait_while(&word, round))
    });
    assert_eq!(search.settle(LONG), ASLEEP);
    let known = search.known();
    let first = Sleeps::of(&known).unwrap();
    assert_eq!(first.are_on(&known).unwrap(), ASLEEP);
    set(&word, 1);
    assert_eq!(search.settle(LONG), ASLEEP);
    assert!(first.are_on(&known).is_err());
    let second = Sleeps::of(&known).unwrap();
    assert_eq!(second.are_on(&known).unwrap(), ASLEEP);
    // Its word changes, and it is not awake yet.
    word.store(2, SeqCst);
    assert!(second.are_on(&known).is_err());
    set(&word, 3);
    thread.join().unwrap();
}

#[test]
fn what_is_known_of_threads_is_not_current_once_one_was_started_or_connected() {
    let (search, word) = (search(), Arc::new(AtomicU32::new(0)));
    let before = search.known();
    let thread = start_stranger({
        let word = Arc::clone(&word);
        move || wait_while(&word, 0)
    });
    assert!(!before.is_current());
    while search.connect_sleepers_at(address(&word)) == 0 {}
    let connected = search.known();
    assert_eq!((before.related.len(), connected.related.len()), (0, 1));
    set(&word, 1);
    thread.join().unwrap();
    assert!(!connected.is_current());
}
