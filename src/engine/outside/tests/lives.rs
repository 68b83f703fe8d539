//! Threads that have ended are forgotten.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Instant;

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

/// Starts the next one once the one before has ended. The last one tells how many are known then.
fn start_next(left: usize, mut before: Vec<Weak<Record>>, done: Sender<usize>) {
    let own = Arc::downgrade(&current().unwrap());
    let parent = before.last().and_then(Weak::upgrade);
    while parent.as_ref().is_some_and(|parent| !parent.has_ended()) {
        thread::yield_now();
    }
    drop(parent);
    if left > 0 {
        before.push(own);
        drop(start(move || start_next(left - 1, before, done)));
        return;
    }
    drop(StartingThread::by_current().unwrap());
    // The parent may be about to let go of its own record.
    let start = Instant::now();
    while known(&before) > 0 && start.elapsed() < LONG {
        thread::yield_now();
    }
    done.send(known(&before)).unwrap();
}

#[test]
fn threads_of_which_each_starts_the_next_are_forgotten() {
    let (done, left) = channel();
    drop(start(move || start_next(COUNT, Vec::new(), done)));
    assert_eq!(left.recv(), Ok(0));
}

#[test]
fn a_thread_that_could_not_be_started_has_ended() {
    let search = search();
    let starting = StartingThread::by_current().unwrap();
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
