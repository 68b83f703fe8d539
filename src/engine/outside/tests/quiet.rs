//! Related threads that sleep for long, so that a run need not look at them.

use std::hint;
use std::io::pipe;
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::{Duration, Instant};

use super::waits::{address, set, wait_while, wake};
use super::{ASLEEP, LONG, SHORT, search, start};
use crate::engine::outside::kernel::nap;
use crate::engine::outside::{
    EngineMark, Relation, Settled, after_timed_wait, after_wait, before_file_wait, before_sleep,
    before_wait, before_wake, current,
};

/// Whether the search is quiet in the end, though threads of other tests come and go.
fn gets_quiet(search: &Relation) -> bool {
    let start = Instant::now();
    while start.elapsed() < LONG {
        assert!(matches!(search.settle(LONG), Settled::Asleep { .. }));
        if search.is_quiet() {
            return true;
        }
    }
    false
}

/// Whether it is so at none of many looks, each of which finds all asleep.
fn stays_unquiet(search: &Relation) -> bool {
    (0..1000).all(|_| matches!(search.settle(LONG), Settled::Asleep { .. }) && !search.is_quiet())
}

fn spin_while(word: &AtomicU32, value: u32) {
    while word.load(SeqCst) == value {
        hint::spin_loop();
    }
}

#[test]
fn a_search_with_no_related_threads_is_quiet() {
    assert!(gets_quiet(&search()));
}

#[test]
fn sleepers_of_each_kind_but_on_files_leave_a_run_quiet() {
    let (words, search) = (Arc::new([const { AtomicU32::new(0) }; 2]), search());
    let waiters = [(); 2].map(|()| {
        let words = Arc::clone(&words);
        start(move || wait_while(&words[0], 0))
    });
    let pauses = start({
        let words = Arc::clone(&words);
        move || {
            before_sleep();
            while words[0].load(SeqCst) == 0 {
                nap(Duration::from_millis(1));
            }
            after_timed_wait(true);
        }
    });
    // By the hook of `pthread_join`.
    let joins = start({
        let words = Arc::clone(&words);
        move || {
            let joined = thread::spawn(move || wait_while(&words[0], 0));
            joined.join().unwrap();
        }
    });
    assert!(gets_quiet(&search));
    let awaits_file = start({
        let words = Arc::clone(&words);
        move || {
            let (reader, _writer) = pipe().unwrap();
            before_file_wait(reader.as_raw_fd(), libc::POLLIN, false);
            while words[1].load(SeqCst) == 0 {
                nap(Duration::from_millis(1));
            }
            after_wait();
        }
    });
    assert!(stays_unquiet(&search));
    words[1].store(1, SeqCst);
    awaits_file.join().unwrap();
    assert!(gets_quiet(&search));
    words[0].store(1, SeqCst);
    wake(&words[0], 3);
    let [one, two] = waiters;
    for thread in [one, two, pauses, joins] {
        thread.join().unwrap();
    }
    assert!(gets_quiet(&search));
}

#[test]
fn who_has_woken_up_is_waited_for_until_it_sleeps_again() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let thread = start({
        let word = Arc::clone(&word);
        move || {
            for round in (0..40).step_by(4) {
                if round % 8 == 0 {
                    wait_while(&word, round);
                } else {
                    // Its time is up.
                    before_sleep();
                    while word.load(SeqCst) == round {
                        nap(Duration::from_micros(100));
                    }
                    after_timed_wait(true);
                }
                word.store(round + 2, SeqCst);
                spin_while(&word, round + 2);
            }
        }
    });
    for round in (0..40).step_by(4) {
        assert!(gets_quiet(&search));
        // By a thread of which the search does not know that it acts for the program.
        set(&word, round + 1);
        spin_while(&word, round + 1);
        assert!(!search.is_quiet());
        assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
        assert!(!search.is_quiet());
        word.store(round + 4, SeqCst);
    }
    thread.join().unwrap();
    assert!(gets_quiet(&search));
}

/// Though the sleeper may not have moved by then.
#[test]
fn who_is_woken_by_the_program_or_an_engine_is_waited_for_at_once() {
    const ROUNDS: u32 = 100;
    for by_engine in [true, false] {
        let _mark = by_engine.then(EngineMark::begin);
        let (word, search) = (Arc::new(AtomicU32::new(0)), search());
        let saw = Arc::new(AtomicU32::new(0));
        let thread = start({
            let (word, saw) = (Arc::clone(&word), Arc::clone(&saw));
            move || {
                for round in 0..=ROUNDS {
                    wait_while(&word, round);
                    saw.store(round + 1, SeqCst);
                }
            }
        });
        for round in 1..=ROUNDS {
            assert!(gets_quiet(&search));
            word.store(round, SeqCst);
            if by_engine {
                before_wake();
                assert!(!search.is_quiet());
                wake(&word, 1);
            } else {
                assert_eq!(search.wake_sleepers_at(address(&word), 1, u32::MAX), 1);
                assert!(!search.is_quiet());
            }
            assert_eq!(search.settle(LONG), ASLEEP);
            assert_eq!(saw.load(SeqCst), round);
        }
        set(&word, ROUNDS + 1);
        thread.join().unwrap();
    }
}

#[test]
fn a_sleep_that_has_ended_cannot_be_watched() {
    let (word, own) = (AtomicU32::new(0), current().unwrap());
    before_wait(address(&word), 0, false);
    let sleep = own.sleep_number().unwrap();
    assert!(own.watch(sleep));
    after_wait();
    assert!(!own.watch(sleep));
    before_wait(address(&word), 0, false);
    assert!(!own.watch(sleep));
    after_wait();
}

/// It would go on without a wake-up if the word changed.
#[test]
fn who_has_said_that_it_sleeps_and_does_not_yet_is_looked_at_again() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let on_the_way = start({
        let word = Arc::clone(&word);
        move || {
            before_wait(address(&word), 0, false);
            while word.load(SeqCst) == 0 {
                nap(Duration::from_millis(1));
            }
            after_wait();
        }
    });
    assert!(stays_unquiet(&search));
    // The kernel knows of one at this word then, and that is not this one.
    let waiter = start({
        let word = Arc::clone(&word);
        move || wait_while(&word, 0)
    });
    assert!(stays_unquiet(&search));
    set(&word, 1);
    on_the_way.join().unwrap();
    waiter.join().unwrap();
    assert!(gets_quiet(&search));
}

#[test]
fn no_run_is_quiet_while_an_answer_is_under_way() {
    const ROUNDS: u32 = 20_000;
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
    for round in 1..=ROUNDS {
        question.store(round, SeqCst);
        search.wake_sleepers_at(address(&question), 1, u32::MAX);
        while !search.is_quiet() {
            assert_eq!(search.settle(LONG), ASLEEP);
            if round % 4 != 0 {
                // It may have said that it sleeps, and be anywhere on its way there.
                break;
            }
        }
        assert_eq!(answer.load(SeqCst), round);
    }
    thread.join().unwrap();
}
