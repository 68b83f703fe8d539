//! A thread in each of the states.

use std::io::{Read as _, Write as _, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::thread;
use std::time::{Duration, Instant};

use super::waits::{address, set, wait_while, wake};
use super::{ASLEEP, LONG, SHORT, search, start};
use crate::engine::outside::{
    PollEntry, Settled, StartingThread, after_join, after_wait, aside, before_file_wait,
    before_files_wait, before_join, before_sleep, before_wait,
};

const ON_FILES: Settled = Settled::Asleep {
    will_wake: false,
    awaits_files: true,
};

const TIMED: Settled = Settled::Asleep {
    will_wake: true,
    awaits_files: false,
};

#[test]
fn a_thread_that_spins_is_awake_until_it_ends() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let thread = start({
        let word = Arc::clone(&word);
        move || while word.load(SeqCst) == 0 {}
    });
    assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
    word.store(1, SeqCst);
    assert_eq!(search.settle(LONG), ASLEEP);
    thread.join().unwrap();
}

#[test]
fn who_waits_for_a_word_is_awake_once_it_has_changed() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let saw = Arc::new(AtomicU32::new(0));
    let thread = start({
        let (word, saw) = (Arc::clone(&word), Arc::clone(&saw));
        move || {
            wait_while(&word, 0);
            saw.store(1, SeqCst);
        }
    });
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(saw.load(SeqCst), 0);
    // Changed, but not woken: it may be that somebody is about to. In the end it is woken here.
    word.store(1, SeqCst);
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(saw.load(SeqCst), 1);
    thread.join().unwrap();
}

#[test]
fn of_several_that_wait_for_one_word_those_not_woken_sleep_again() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let looks = Arc::new(AtomicU32::new(0));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let (word, looks) = (Arc::clone(&word), Arc::clone(&looks));
            start(move || {
                loop {
                    let value = word.load(SeqCst);
                    looks.fetch_add(1, SeqCst);
                    if value == 2 {
                        break;
                    }
                    wait_while(&word, value);
                }
            })
        })
        .collect();
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(looks.load(SeqCst), 4);
    set(&word, 1);
    assert_eq!(search.settle(LONG), ASLEEP);
    // As with a condition variable of std, where each notification changes the word of all.
    assert_eq!(looks.load(SeqCst), 8);
    word.store(2, SeqCst);
    wake(&word, 4);
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn who_waits_with_a_time_out_or_pauses_will_wake() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let pauses = [true, false].map(|is_pause| {
        let word = Arc::clone(&word);
        start(move || {
            if is_pause {
                before_sleep();
            } else {
                before_wait(address(&word), 0, true);
            }
            while word.load(SeqCst) == 0 {
                super::super::kernel::nap(Duration::from_millis(1));
            }
            after_wait();
        })
    });
    assert_eq!(search.settle(LONG), TIMED);
    word.store(1, SeqCst);
    for pause in pauses {
        pause.join().unwrap();
    }
    assert_eq!(search.settle(LONG), ASLEEP);
}

#[test]
fn who_waits_for_a_file_is_awake_once_it_is_ready() {
    let ((mut reader, mut writer), search) = (pipe().unwrap(), search());
    let (go_on, read) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let thread = start({
        let (go_on, read) = (Arc::clone(&go_on), Arc::clone(&read));
        move || {
            let file = reader.as_raw_fd();
            for is_set in [false, true] {
                let entry = PollEntry::new(file, libc::POLLIN);
                if is_set {
                    before_files_wait(&[PollEntry::new(-1, 0), entry], false);
                } else {
                    before_file_wait(file, libc::POLLIN, false);
                }
                // In place of the wait: as if it took long to come back from there.
                while go_on.load(SeqCst) == u32::from(is_set) {
                    super::super::kernel::nap(Duration::from_millis(1));
                }
                after_wait();
                reader.read_exact(&mut [0]).unwrap();
                read.fetch_add(1, SeqCst);
            }
        }
    });
    for round in [1, 2] {
        assert_eq!(search.settle(LONG), ON_FILES);
        writer.write_all(b"x").unwrap();
        assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
        go_on.store(round, SeqCst);
        assert!(matches!(search.settle(LONG), Settled::Asleep { .. }));
        assert_eq!(read.load(SeqCst), round);
    }
    thread.join().unwrap();
}

#[test]
fn who_joins_is_awake_once_the_other_has_ended() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let joiner = start({
        let word = Arc::clone(&word);
        move || {
            let starting = StartingThread::by_current().unwrap();
            let record = starting.record().unwrap();
            let joined = thread::spawn({
                let word = Arc::clone(&word);
                move || {
                    starting.begin();
                    wait_while(&word, 0);
                }
            });
            before_join(&record);
            // Not said by the hook: it knows the record that the thread had before it began as this
            // one, and that one has ended.
            aside(|| joined.join()).unwrap();
            after_join();
            word.store(2, SeqCst);
        }
    });
    assert_eq!(search.settle(LONG), ASLEEP);
    set(&word, 1);
    let start = Instant::now();
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(word.load(SeqCst), 2, "after {:?}", start.elapsed());
    joiner.join().unwrap();
}
