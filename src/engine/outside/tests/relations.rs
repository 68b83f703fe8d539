//! Who is related to a search.

use std::hint;
use std::io::{Write as _, pipe};
use std::os::fd::AsRawFd as _;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::waits::{address, set, wait_while};
use super::{ASLEEP, LONG, SHORT, search, start, start_stranger};
use crate::engine::outside::{EngineMark, Settled, after_wait, before_file_wait, current};

fn spin_while(word: &AtomicU32, value: u32) {
    while word.load(SeqCst) == value {
        hint::spin_loop();
    }
}

#[test]
fn a_descendant_of_one_that_has_ended_is_kin() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let grandchild = start({
        let word = Arc::clone(&word);
        move || start(move || start(move || spin_while(&word, 0)))
    });
    let grandchild = grandchild.join().unwrap().join().unwrap();
    assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
    set(&word, 1);
    assert_eq!(search.settle(LONG), ASLEEP);
    grandchild.join().unwrap();
}

#[test]
fn a_child_of_one_of_the_searchs_threads_is_kin() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), Arc::new(search()));
    let engine = start_stranger({
        let (word, search) = (Arc::clone(&word), Arc::clone(&search));
        move || {
            let _mark = EngineMark::begin();
            search.add_current_thread();
            let child = Arc::clone(&word);
            let child = start(move || spin_while(&child, 0));
            wait_while(&word, 0);
            child
        }
    });
    while !matches!(search.settle(SHORT), Settled::Busy(_)) {}
    set(&word, 1);
    engine.join().unwrap().join().unwrap();
    assert_eq!(search.settle(LONG), ASLEEP);
}

#[test]
fn a_child_of_one_of_the_searchs_threads_stays_kin_after_the_end_of_that() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), Arc::new(search()));
    let engine = start_stranger({
        let (word, search) = (Arc::clone(&word), Arc::clone(&search));
        move || {
            let _mark = EngineMark::begin();
            search.add_current_thread();
            start(move || spin_while(&word, 0))
        }
    });
    let child = engine.join().unwrap();
    // Threads that have ended are forgotten when another is added.
    search.add_current_thread();
    assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
    set(&word, 1);
    child.join().unwrap();
    assert_eq!(search.settle(LONG), ASLEEP);
}

#[test]
fn strangers_and_engines_do_not_hinder() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let stranger = start_stranger({
        let word = Arc::clone(&word);
        move || spin_while(&word, 0)
    });
    let engine = start({
        let word = Arc::clone(&word);
        move || {
            let mark = EngineMark::begin();
            spin_while(&word, 0);
            drop(mark);
            spin_while(&word, 1);
        }
    });
    assert_eq!(search.settle(LONG), ASLEEP);
    set(&word, 1);
    stranger.join().unwrap();
    while !matches!(search.settle(SHORT), Settled::Busy(_)) {}
    set(&word, 2);
    engine.join().unwrap();
}

#[test]
fn a_stranger_is_given_one_moment() {
    let (word, search) = (Arc::new(AtomicU32::new(0)), search());
    let (sender, receiver) = channel();
    let stranger = start_stranger({
        let word = Arc::clone(&word);
        move || {
            sender.send(current().unwrap().number()).unwrap();
            spin_while(&word, 0);
        }
    });
    let number = receiver.recv().unwrap();
    // Threads of other tests are strangers, too, and may come and go.
    let is_awaited = || {
        search
            .awake_unrelated()
            .iter()
            .any(|it| it.number() == number)
    };
    assert!(is_awaited() && search.is_unrelated_awake());
    search.await_unrelated(Duration::from_millis(1));
    assert!(!is_awaited());
    assert_eq!(search.settle(LONG), ASLEEP);
    set(&word, 1);
    stranger.join().unwrap();
}

#[test]
fn who_is_woken_by_what_the_program_writes_is_connected() {
    let ((reader, mut writer), search) = (pipe().unwrap(), search());
    let word = Arc::new(AtomicU32::new(0));
    let stranger = start_stranger({
        let word = Arc::clone(&word);
        move || {
            before_file_wait(reader.as_raw_fd(), libc::POLLIN, false);
            word.store(1, SeqCst);
            spin_while(&word, 1);
            after_wait();
        }
    });
    spin_while(&word, 0);
    let nobody = search.file_sleepers();
    search.connect_woken(&nobody);
    assert_eq!(search.settle(LONG), ASLEEP);
    let sleepers = search.file_sleepers();
    writer.write_all(b"x").unwrap();
    search.connect_woken(&sleepers);
    assert!(matches!(search.settle(SHORT), Settled::Busy(_)));
    set(&word, 2);
    assert_eq!(search.settle(LONG), ASLEEP);
    stranger.join().unwrap();
}

#[test]
fn a_connection_ends_with_its_search() {
    let word = Arc::new(AtomicU32::new(0));
    let go_on = Arc::new(AtomicU32::new(0));
    let stranger = start_stranger({
        let (word, go_on) = (Arc::clone(&word), Arc::clone(&go_on));
        move || {
            wait_while(&word, 0);
            spin_while(&go_on, 0);
        }
    });
    let first = search();
    while first.connect_sleepers_at(address(&word)) == 0 {
        thread::yield_now();
    }
    assert_eq!(first.settle(LONG), ASLEEP);
    set(&word, 1);
    assert!(matches!(first.settle(SHORT), Settled::Busy(_)));
    drop(first);
    // More than there are bits.
    for _ in 0..100 {
        assert_eq!(search().settle(LONG), ASLEEP);
    }
    set(&go_on, 1);
    stranger.join().unwrap();
}
