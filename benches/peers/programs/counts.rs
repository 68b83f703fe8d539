//! Counts of references, by hand and of `Arc`.

use super::super::types::atomic::{AtomicUsize, fence};
use super::super::types::{Arc, Plain, thread};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};

programs![
    count_dropped,
    count_dropped_relaxed,
    count_dropped_in_two_steps,
    arc_is_dropped_once,
    arc_get_mut,
    arc_nobody_unwraps,
];

/// What two own.
struct Owned {
    owners: AtomicUsize,
    value: Plain,
    freed: AtomicUsize,
}

impl Owned {
    fn by_two() -> Arc<Self> {
        Arc::new(Owned {
            owners: AtomicUsize::new(2),
            value: Plain::default(),
            freed: AtomicUsize::new(0),
        })
    }
}

fn count_dropped_by(release: std::sync::atomic::Ordering) {
    let owned = Owned::by_two();
    beside(
        &owned,
        move |owned| drop_one(owned, release),
        move |owned| {
            owned.value.set(1);
            drop_one(owned, release);
        },
    );
    assert_eq!(owned.freed.load(SeqCst), 1);
}

/// The last one looks at the value.
fn drop_one(owned: &Owned, release: std::sync::atomic::Ordering) {
    if owned.owners.fetch_sub(1, release) == 1 {
        if release == Release {
            fence(Acquire);
        }
        assert_eq!(owned.value.get(), 1);
        owned.freed.fetch_add(1, Relaxed);
    }
}

fn count_dropped() {
    count_dropped_by(Release);
}

fn count_dropped_relaxed() {
    count_dropped_by(Relaxed);
}

fn count_dropped_in_two_steps() {
    let owned = Owned::by_two();
    twice(&owned, |owned| {
        let before = owned.owners.load(SeqCst);
        owned.owners.store(before - 1, SeqCst);
        if before == 1 {
            owned.freed.fetch_add(1, SeqCst);
        }
    });
    assert_eq!(owned.freed.load(SeqCst), 1);
}

/// Says in its first number that it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

fn arc_is_dropped_once() {
    let drops = Arc::new(AtomicUsize::new(0));
    let one = Arc::new(Dropped(Arc::clone(&drops)));
    let two = Arc::clone(&one);
    let other = thread::spawn(move || drop(two));
    drop(one);
    other.join().unwrap();
    assert_eq!(drops.load(SeqCst), 1);
}

fn arc_get_mut() {
    let mut one = Arc::new(Plain::default());
    let two = Arc::clone(&one);
    let other = thread::spawn(move || {
        two.set(1);
        drop(two);
    });
    if let Some(value) = Arc::get_mut(&mut one) {
        assert_eq!(value.get(), 1);
    }
    other.join().unwrap();
}

/// Both may see that they are not the only one.
fn arc_nobody_unwraps() {
    let one = Arc::new(7);
    let two = Arc::clone(&one);
    let other = thread::spawn(move || Arc::try_unwrap(two).is_ok());
    let here = Arc::try_unwrap(one).is_ok();
    assert!(other.join().unwrap() || here, "nobody has it");
}
