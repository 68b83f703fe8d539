//! Threads that the program has started and that only wait when all declared ones have ended: the
//! execution ends with them, as a process does when `main` returns.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, Verdict, marker};

use crate::oracle::assert_always;

/// Counts how often it is dropped.
struct Guard(Arc<AtomicU32>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// The end of a channel to which nobody sends.
struct Idle {
    _sender: Sender<()>,
    receiver: Mutex<Option<Receiver<()>>>,
    dropped: Arc<AtomicU32>,
}

impl Idle {
    fn new() -> Self {
        let (sender, receiver) = channel();
        Idle {
            _sender: sender,
            receiver: Mutex::new(Some(receiver)),
            dropped: Arc::default(),
        }
    }

    /// What waits for ever.
    fn service(&self) -> impl FnOnce() + Send + use<> {
        let receiver = self.receiver.lock().unwrap().take().unwrap();
        let guard = Guard(Arc::clone(&self.dropped));
        move || {
            let _guard = guard;
            let _ = receiver.recv();
        }
    }
}

#[test]
fn a_service_that_waits_for_ever_is_unwound_before_the_check() {
    // `start` comes before or after `parent`.
    let program = || {
        Explorer::new(Idle::new)
            .thread("main", |idle| {
                marker!("serve");
                thread::spawn(idle.service());
                marker!("parent");
            })
            .check(|idle| assert_eq!(idle.dropped.load(SeqCst), 1))
    };
    assert_always(program, &[(Verdict::Held, 2)]).assert_ok();
}

#[test]
fn a_declared_thread_that_waits_for_ever_is_a_deadlock() {
    // Whether it begins to wait before or after `parent`.
    let program = || {
        Explorer::new(Idle::new)
            .thread("main", |_| marker!("parent"))
            .thread("service", |idle| {
                marker!("serve");
                idle.service()();
            })
    };
    assert_always(program, &[(Verdict::Deadlocked, 2)]).assert_fails();
}

#[test]
fn who_joins_a_service_that_waits_for_ever_is_deadlocked() {
    let program = || {
        Explorer::new(Idle::new).thread("main", |idle| {
            let service = thread::spawn(idle.service());
            let _ = service.join();
        })
    };
    // `start`, after which both wait.
    assert_always(program, &[(Verdict::Deadlocked, 1)]).assert_fails();
}

#[test]
fn a_service_that_cannot_be_unwound_is_left() {
    let program = || {
        Explorer::new(|| ()).thread("main", |()| {
            marker!("serve");
            thread::spawn(|| {
                let lock = parking_lot::Mutex::new(());
                parking_lot::Condvar::new().wait(&mut lock.lock());
            });
            marker!("parent");
        })
    };
    assert_always(program, &[(Verdict::Held, 2)]).assert_ok();
}

#[test]
fn a_service_that_sleeps_again_and_again_is_ended() {
    // `parent` comes before `start`, after it, or after a sleep that ends early. After that the sleep
    // does not end before another thread has taken a step.
    let program = || {
        Explorer::new(|| ()).thread("main", |()| {
            marker!("serve");
            thread::spawn(|| {
                loop {
                    thread::sleep(Duration::from_secs(1));
                }
            });
            marker!("parent");
        })
    };
    assert_always(program, &[(Verdict::Held, 3)]).assert_ok();
}
