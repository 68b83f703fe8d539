//! Two threads with a few atomic accesses each.

use super::super::types::Arc;
use super::super::types::atomic::{AtomicUsize, fence};
use super::{beside, programs, twice};
use std::sync::atomic::Ordering::{self, AcqRel, Acquire, Relaxed, Release, SeqCst};

programs![
    lost_update,
    fetch_add,
    compare_exchange_loop,
    store_buffer_seq_cst,
    store_buffer_fences,
    store_buffer_relaxed,
    load_buffer_relaxed,
    publish_release,
    publish_relaxed,
    coherence,
];

#[derive(Default)]
struct Two {
    x: AtomicUsize,
    y: AtomicUsize,
}

fn lost_update() {
    let value = Arc::new(AtomicUsize::new(0));
    twice(&value, |value| {
        let before = value.load(SeqCst);
        value.store(before + 1, SeqCst);
    });
    assert_eq!(value.load(SeqCst), 2);
}

fn fetch_add() {
    let value = Arc::new(AtomicUsize::new(0));
    twice(&value, |value| value.fetch_add(1, Relaxed));
    assert_eq!(value.load(SeqCst), 2);
}

fn compare_exchange_loop() {
    let value = Arc::new(AtomicUsize::new(0));
    twice(&value, |value| {
        let mut before = value.load(Relaxed);
        while let Err(now) = value.compare_exchange(before, before + 1, AcqRel, Relaxed) {
            before = now;
        }
    });
    assert_eq!(value.load(SeqCst), 2);
}

/// Each writes one and reads the other.
fn store_buffer(ordering: Ordering, is_fenced: bool) -> (usize, usize) {
    let (store, load) = match ordering {
        SeqCst => (SeqCst, SeqCst),
        _ => (Relaxed, Relaxed),
    };
    let between = move || {
        if is_fenced {
            fence(SeqCst);
        }
    };
    beside(
        &Arc::new(Two::default()),
        move |two| {
            two.x.store(1, store);
            between();
            two.y.load(load)
        },
        move |two| {
            two.y.store(1, store);
            between();
            two.x.load(load)
        },
    )
}

fn store_buffer_seq_cst() {
    assert_ne!(store_buffer(SeqCst, false), (0, 0));
}

fn store_buffer_fences() {
    assert_ne!(store_buffer(Relaxed, true), (0, 0));
}

fn store_buffer_relaxed() {
    assert_ne!(store_buffer(Relaxed, false), (0, 0));
}

/// Each reads one and writes the other.
fn load_buffer_relaxed() {
    let seen = beside(
        &Arc::new(Two::default()),
        |two| {
            let seen = two.x.load(Relaxed);
            two.y.store(1, Relaxed);
            seen
        },
        |two| {
            let seen = two.y.load(Relaxed);
            two.x.store(1, Relaxed);
            seen
        },
    );
    assert_ne!(seen, (1, 1));
}

fn publish(store: Ordering, load: Ordering) {
    beside(
        &Arc::new(Two::default()),
        move |two| {
            two.x.store(1, Relaxed);
            two.y.store(1, store);
        },
        move |two| {
            if two.y.load(load) == 1 {
                assert_eq!(two.x.load(Relaxed), 1);
            }
        },
    );
}

fn publish_release() {
    publish(Release, Acquire);
}

fn publish_relaxed() {
    publish(Relaxed, Relaxed);
}

/// Two reads of one place do not go back in time, whatever the ordering.
fn coherence() {
    let value = Arc::new(AtomicUsize::new(0));
    let ((), (first, second)) = beside(
        &value,
        |value| {
            value.store(1, Relaxed);
            value.store(2, Relaxed);
        },
        |value| (value.load(Relaxed), value.load(Relaxed)),
    );
    assert!(first <= second);
}
