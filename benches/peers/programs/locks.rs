//! `Mutex` and `RwLock`.

use super::super::types::{Arc, Mutex, RwLock};
use super::{beside, programs, twice};

programs![
    mutex_counter,
    mutex_two_sections,
    mutexes_crosswise,
    rwlock_write_read,
    rwlock_read_then_write,
    rwlock_both_upgrade,
];

fn mutex_counter() {
    let value = Arc::new(Mutex::new(0));
    twice(&value, |value| *value.lock().unwrap() += 1);
    assert_eq!(*value.lock().unwrap(), 2);
}

/// What is read in one section is written in another.
fn mutex_two_sections() {
    let value = Arc::new(Mutex::new(0));
    twice(&value, |value| {
        let before = *value.lock().unwrap();
        *value.lock().unwrap() = before + 1;
    });
    assert_eq!(*value.lock().unwrap(), 2);
}

fn mutexes_crosswise() {
    let locks = Arc::new((Mutex::new(0), Mutex::new(0)));
    beside(
        &locks,
        |(one, two)| {
            let _one = one.lock().unwrap();
            *two.lock().unwrap() += 1;
        },
        |(one, two)| {
            let _two = two.lock().unwrap();
            *one.lock().unwrap() += 1;
        },
    );
}

fn rwlock_write_read() {
    beside(
        &Arc::new(RwLock::new((0, 0))),
        |pair| {
            let mut pair = pair.write().unwrap();
            pair.0 += 1;
            pair.1 += 1;
        },
        |pair| {
            let pair = pair.read().unwrap();
            assert_eq!(pair.0, pair.1);
        },
    );
}

/// What is read under one guard is written under another.
fn rwlock_read_then_write() {
    let value = Arc::new(RwLock::new(0));
    twice(&value, |value| {
        let before = *value.read().unwrap();
        *value.write().unwrap() = before + 1;
    });
    assert_eq!(*value.read().unwrap(), 2);
}

/// Each keeps what it reads, and waits for the other to let go.
fn rwlock_both_upgrade() {
    let locks = Arc::new((RwLock::new(0), RwLock::new(0)));
    beside(
        &locks,
        |(one, two)| {
            let read = one.read().unwrap();
            *two.write().unwrap() = *read;
        },
        |(one, two)| {
            let read = two.read().unwrap();
            *one.write().unwrap() = *read;
        },
    );
}
