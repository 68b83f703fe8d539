//! Threads that have ended are forgotten.

use std::sync::{Arc, Weak};
use std::thread;

use super::{ASLEEP, LONG, search, start};
use crate::engine::outside::registry::all;
use crate::engine::outside::{Record, StartingThread, current};

const COUNT: usize = 10_000;

/// How many of the threads are still known.
fn known(threads: &[Weak<Record>]) -> usize {
    threads.iter().filter(|it| it.strong_count() > 0).count()
}

#[test]
fn threads_that_were_started_one_after_the_other_are_forgotten() {
    let search = search();
    let own = || Arc::downgrade(&current().unwrap());
    let threads: Vec<_> = (0..COUNT).map(|_| start(own).join().unwrap()).collect();
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(known(&threads), 0);
}

#[test]
fn threads_of_which_each_starts_the_next_are_forgotten() {
    fn next(mut threads: Vec<Weak<Record>>) -> Vec<Weak<Record>> {
        let own = current().unwrap();
        threads.push(Arc::downgrade(&own));
        // The last two may not have ended, and the one before is still the parent of one.
        let older = threads.len().saturating_sub(4);
        assert_eq!(known(&threads[..older]), 0);
        threads.drain(..older);
        threads
    }
    fn go_on(left: usize, threads: Vec<Weak<Record>>, done: std::sync::mpsc::Sender<()>) {
        let threads = next(threads);
        if left > 0 {
            drop(start(move || go_on(left - 1, threads, done)));
        }
    }
    // A parent may end later than its child goes on, so the chain waits for it: see `next`.
    let (done, ended) = std::sync::mpsc::channel();
    drop(start(move || go_on(0, Vec::new(), done)));
    assert!(ended.recv().is_err());
}

#[test]
fn a_thread_that_could_not_be_started_has_ended() {
    let search = search();
    let starting = StartingThread::by_current();
    let record = starting.record().unwrap();
    assert!(all().0.iter().any(|it| Arc::ptr_eq(it, &record)));
    drop(starting);
    assert!(record.has_ended());
    assert!(!all().0.iter().any(|it| Arc::ptr_eq(it, &record)));
    assert_eq!(search.settle(LONG), ASLEEP);
}

#[test]
fn destructors_of_thread_locals_run_before_the_end() {
    struct Look;
    impl Drop for Look {
        fn drop(&mut self) {
            assert!(!current().unwrap().has_ended());
        }
    }
    thread_local!(static LOOK: Look = const { Look });
    // Its own record is made after the destructor is known.
    let thread = thread::spawn(|| {
        LOOK.with(|_| ());
        current().unwrap()
    });
    assert!(thread.join().unwrap().has_ended());
}
