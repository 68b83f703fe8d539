//! `Condvar`.

use super::super::types::atomic::AtomicBool;
use super::super::types::{Arc, Condvar, Mutex, thread};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::SeqCst;

programs![
    condvar_flag,
    condvar_flag_not_locked,
    condvar_if,
    condvar_one_of_two_woken,
    semaphore,
    bounded_queue,
];

#[derive(Default)]
struct Flag {
    is_set: Mutex<bool>,
    bell: Condvar,
}

impl Flag {
    fn wait(&self) {
        let mut is_set = self.is_set.lock().unwrap();
        while !*is_set {
            is_set = self.bell.wait(is_set).unwrap();
        }
    }
}

fn condvar_flag() {
    beside(&Arc::new(Flag::default()), Flag::wait, |flag| {
        *flag.is_set.lock().unwrap() = true;
        flag.bell.notify_one();
    });
}

#[derive(Default)]
struct LooseFlag {
    is_set: AtomicBool,
    lock: Mutex<()>,
    bell: Condvar,
}

/// Between the look at the flag and the wait, the notification is lost.
fn condvar_flag_not_locked() {
    beside(
        &Arc::new(LooseFlag::default()),
        |flag| {
            let mut guard = flag.lock.lock().unwrap();
            while !flag.is_set.load(SeqCst) {
                guard = flag.bell.wait(guard).unwrap();
            }
        },
        |flag| {
            flag.is_set.store(true, SeqCst);
            flag.bell.notify_one();
        },
    );
}

#[derive(Default)]
struct Permits {
    free: Mutex<usize>,
    bell: Condvar,
}

impl Permits {
    fn acquire(&self) {
        let mut free = self.free.lock().unwrap();
        while *free == 0 {
            free = self.bell.wait(free).unwrap();
        }
        *free -= 1;
    }

    fn release(&self) {
        *self.free.lock().unwrap() += 1;
        self.bell.notify_one();
    }
}

/// After the wait it is not asked again: somebody else may have come first.
fn condvar_if() {
    let permits = Arc::new(Permits::default());
    let own = Arc::clone(&permits);
    let take = |permits: &Permits| {
        let mut free = permits.free.lock().unwrap();
        if *free == 0 {
            free = permits.bell.wait(free).unwrap();
        }
        assert!(*free > 0, "there is none");
        *free -= 1;
    };
    let gives = thread::spawn(move || {
        *own.free.lock().unwrap() += 1;
        own.bell.notify_all();
        *own.free.lock().unwrap() += 1;
        own.bell.notify_all();
    });
    twice(&permits, take);
    gives.join().unwrap();
}

/// Two wait, and one of them is woken.
fn condvar_one_of_two_woken() {
    let flag = Arc::new(Flag::default());
    let own = Arc::clone(&flag);
    let sets = thread::spawn(move || {
        *own.is_set.lock().unwrap() = true;
        own.bell.notify_one();
    });
    twice(&flag, Flag::wait);
    sets.join().unwrap();
}

fn semaphore() {
    let permits = Arc::new(Permits::default());
    *permits.free.lock().unwrap() = 1;
    twice(&permits, |permits| {
        permits.acquire();
        permits.release();
    });
    assert_eq!(*permits.free.lock().unwrap(), 1);
}

/// With room for one.
#[derive(Default)]
struct Queue {
    item: Mutex<Option<u32>>,
    filled: Condvar,
    emptied: Condvar,
}

fn bounded_queue() {
    beside(
        &Arc::new(Queue::default()),
        |queue| {
            for number in 1..=2 {
                let mut item = queue.item.lock().unwrap();
                while item.is_some() {
                    item = queue.emptied.wait(item).unwrap();
                }
                *item = Some(number);
                queue.filled.notify_one();
            }
        },
        |queue| {
            for number in 1..=2 {
                let mut item = queue.item.lock().unwrap();
                while item.is_none() {
                    item = queue.filled.wait(item).unwrap();
                }
                assert_eq!(item.take(), Some(number));
                queue.emptied.notify_one();
            }
        },
    );
}
