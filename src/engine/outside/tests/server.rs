//! A server that was started before, as users have them.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, Instant};

use super::waits::{set, wait_while};
use super::{ASLEEP, LONG, SHORT, search, start, start_stranger};
use crate::engine::outside::Settled;

/// The number of the question, and that of the answer.
type Line = Arc<(AtomicU32, AtomicU32)>;

const LAST: u32 = 20;

/// Works for 50 ms before each answer.
fn serve(line: &Line) {
    for question in 0..LAST {
        wait_while(&line.0, question);
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(50) {
            hint::spin_loop();
        }
        set(&line.1, question + 1);
    }
}

#[test]
fn the_answer_of_a_server_that_works_is_waited_for() {
    let (line, search) = (Line::default(), search());
    let server = start({
        let line = Arc::clone(&line);
        move || serve(&line)
    });
    for question in 1..=LAST {
        set(&line.0, question);
        assert_eq!(search.settle(LONG), ASLEEP);
        assert_eq!(line.1.load(SeqCst), question);
    }
    server.join().unwrap();
}

#[test]
fn a_server_of_strangers_is_waited_for_once_it_was_woken() {
    let (line, search) = (Line::default(), search());
    let server = start_stranger({
        let line = Arc::clone(&line);
        move || serve(&line)
    });
    while search.connect_sleepers_at(super::waits::address(&line.0)) == 0 {
        hint::spin_loop();
    }
    for question in 1..=LAST {
        set(&line.0, question);
        assert_eq!(search.settle(LONG), ASLEEP);
        assert_eq!(line.1.load(SeqCst), question);
    }
    server.join().unwrap();
}

#[test]
fn who_works_longer_than_the_limit_is_named() {
    let (line, search) = (Line::default(), search());
    let server = std::thread::Builder::new().name("server".to_owned());
    let starting = crate::engine::outside::StartingThread::by_current().unwrap();
    let server = server.spawn({
        let line = Arc::clone(&line);
        move || {
            starting.begin();
            wait_while(&line.0, 0);
            while line.0.load(SeqCst) == 1 {}
        }
    });
    assert_eq!(search.settle(LONG), ASLEEP);
    set(&line.0, 1);
    let busy = Settled::Busy("thread \"server\"".to_owned());
    assert_eq!(search.settle(SHORT), busy);
    set(&line.0, 2);
    assert_eq!(search.settle(LONG), ASLEEP);
    server.unwrap().join().unwrap();
}
