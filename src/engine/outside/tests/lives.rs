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

/// How many are known once all that ends has: a thread may be about to let go of its own record, and
/// the searches of other tests keep those that they saw last until they look again.
fn known_in_the_end(threads: &[Weak<Record>]) -> usize {
    let start = Instant::now();
    while known(threads) > 0 && start.elapsed() < LONG {
        thread::yield_now();
    }
    known(threads)
}

#[test]
fn threads_that_were_started_one_after_the_other_are_forgotten() {
    let search = search();
    let own = || Arc::downgrade(&current().unwrap());
    let threads: Vec<_> = (0..COUNT).map(|_| start(own).join().unwrap()).collect();
    let is_one = |record: &Arc<Record>| threads.iter().any(|it| it.ptr_eq(&Arc::downgrade(record)));
    // A thread is forgotten before who joins it goes on.
    assert!(!all().0.iter().any(is_one));
    assert_eq!(search.settle(LONG), ASLEEP);
    assert_eq!(known_in_the_end(&threads), 0);
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
    done.send(known_in_the_end(&before)).unwrap();
}

#[test]
fn threads_of_which_each_starts_the_next_are_forgotten() {
    let (done, left) = channel();
    drop(start(move || start_next(COUNT, Vec::new(), done)));
    assert_eq!(left.recv(), Ok(0));
}

#[test]
fn a_search_forgets_those_of_its_threads_that_have_ended() {
    let search = Arc::new(search());
    let run_one = |_| {
        let search = Arc::clone(&search);
        let own = move || {
            search.add_current_thread();
            Arc::downgrade(&current().unwrap())
        };
        start(own).join().unwrap()
    };
    let threads: Vec<_> = (0..COUNT).map(run_one).collect();
    // It forgets them when another one is added. Until they look again, searches of other tests may
    // keep some.
    let start = Instant::now();
    while known(&threads) > 0 && start.elapsed() < LONG {
        search.add_current_thread();
        thread::yield_now();
    }
    assert_eq!(known(&threads), 0);
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
