//! Accesses that are not atomic, ordered by others or not.

use super::super::types::atomic::{AtomicUsize, fence};
use super::super::types::{Arc, Mutex, Plain};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::{self, Acquire, Relaxed, Release};

programs![
    plain_writes,
    plain_publish_release,
    plain_publish_relaxed,
    fence_release_acquire,
    fence_without_acquire,
    double_checked,
    double_checked_relaxed,
    initialised_twice,
];

#[derive(Default)]
struct Message {
    text: Plain,
    is_sent: AtomicUsize,
}

fn plain_writes() {
    twice(&Arc::new(Plain::default()), |place| place.set(1));
}

fn plain_publish(store: Ordering, load: Ordering) {
    beside(
        &Arc::new(Message::default()),
        move |message| {
            message.text.set(7);
            message.is_sent.store(1, store);
        },
        move |message| {
            if message.is_sent.load(load) == 1 {
                assert_eq!(message.text.get(), 7);
            }
        },
    );
}

fn plain_publish_release() {
    plain_publish(Release, Acquire);
}

fn plain_publish_relaxed() {
    plain_publish(Relaxed, Acquire);
}

fn fenced(acquires: bool) {
    beside(
        &Arc::new(Message::default()),
        |message| {
            message.text.set(7);
            fence(Release);
            message.is_sent.store(1, Relaxed);
        },
        move |message| {
            if message.is_sent.load(Relaxed) == 1 {
                if acquires {
                    fence(Acquire);
                }
                assert_eq!(message.text.get(), 7);
            }
        },
    );
}

fn fence_release_acquire() {
    fenced(true);
}

fn fence_without_acquire() {
    fenced(false);
}

#[derive(Default)]
struct Lazy {
    lock: Mutex<()>,
    is_made: AtomicUsize,
    value: Plain,
}

impl Lazy {
    fn get(&self, store: Ordering, load: Ordering) -> usize {
        if self.is_made.load(load) == 0 {
            let _held = self.lock.lock().unwrap();
            if self.is_made.load(Relaxed) == 0 {
                self.value.set(7);
                self.is_made.store(1, store);
            }
        }
        self.value.get()
    }
}

fn double_checked() {
    let values = twice(&Arc::new(Lazy::default()), |lazy| {
        lazy.get(Release, Acquire)
    });
    assert_eq!(values, (7, 7));
}

fn double_checked_relaxed() {
    let values = twice(&Arc::new(Lazy::default()), |lazy| {
        lazy.get(Relaxed, Relaxed)
    });
    assert_eq!(values, (7, 7));
}

/// Whoever finds nothing makes it: both may.
fn initialised_twice() {
    let made = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
    twice(&made, |(is_made, times)| {
        if is_made.load(Acquire) == 0 {
            times.fetch_add(1, Relaxed);
            is_made.store(1, Release);
        }
    });
    assert_eq!(made.1.load(Relaxed), 1);
}
