//! `spin`: a lock, and a value that is made once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use spin::Once;
use spin::mutex::SpinMutex;

#[test]
fn sections_exclude_each_other() {
    interlace::model(|| {
        let shared = Arc::new((SpinMutex::<_>::new(0), AtomicUsize::new(0)));
        let own = shared.clone();
        let enter = |shared: &(SpinMutex<u32>, AtomicUsize)| {
            let mut value = shared.0.lock();
            assert_eq!(shared.1.swap(1, SeqCst), 0);
            *value += 1;
            shared.1.store(0, SeqCst);
        };
        let other = thread::spawn(move || enter(&own));
        enter(&shared);
        other.join().unwrap();
        assert_eq!(*shared.0.lock(), 2);
    });
}

#[test]
fn what_is_locked_cannot_be_locked() {
    interlace::model(|| {
        let shared = Arc::new(SpinMutex::<_>::new(0));
        let own = shared.clone();
        let other = thread::spawn(move || own.try_lock().is_some());
        let taken = shared.try_lock().is_some();
        assert!(other.join().unwrap() || taken);
    });
}

#[test]
fn it_is_made_once() {
    interlace::model(|| {
        let shared = Arc::new((Once::<usize>::new(), AtomicUsize::new(0)));
        let own = shared.clone();
        let get = |shared: &(Once<usize>, AtomicUsize)| {
            *shared.0.call_once(|| shared.1.fetch_add(1, SeqCst) + 7)
        };
        let other = thread::spawn(move || get(&own));
        assert_eq!(get(&shared), 7);
        assert_eq!(other.join().unwrap(), 7);
    });
}

#[test]
fn who_has_tried_is_alone() {
    interlace::model(|| {
        let shared = Arc::new((SpinMutex::<_>::new(0), AtomicUsize::new(0)));
        let own = shared.clone();
        let enter = |shared: &(SpinMutex<u32>, AtomicUsize)| {
            if let Some(_guard) = shared.0.try_lock() {
                assert_eq!(shared.1.swap(1, SeqCst), 0);
                shared.1.store(0, SeqCst);
            }
        };
        let other = thread::spawn(move || enter(&own));
        enter(&shared);
        other.join().unwrap();
    });
}

/// Nothing but the lock orders what is done in two sections.
#[test]
fn sections_are_ordered() {
    interlace::model(|| {
        let shared = Arc::new(SpinMutex::<_>::new(0));
        let own = shared.clone();
        let enter = |shared: &SpinMutex<u32>| {
            if let Some(mut value) = shared.try_lock() {
                *value += 1;
            }
            *shared.lock() += 1;
        };
        let other = thread::spawn(move || enter(&own));
        enter(&shared);
        other.join().unwrap();
        assert!([3, 4].contains(&*shared.lock()));
    });
}
