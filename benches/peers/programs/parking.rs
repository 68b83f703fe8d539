//! `park` and `unpark`.

use super::super::types::atomic::AtomicBool;
use super::super::types::{Arc, thread};
use super::programs;
use std::sync::atomic::Ordering::{Acquire, Release, SeqCst};

programs![park_token, park_until_set, park_announced_late];

fn park_token() {
    let parks = thread::spawn(thread::park);
    parks.thread().unpark();
    parks.join().unwrap();
}

fn park_until_set() {
    let flag = Arc::new(AtomicBool::new(false));
    let own = Arc::clone(&flag);
    let waits = thread::spawn(move || {
        while !own.load(Acquire) {
            thread::park();
        }
    });
    flag.store(true, Release);
    waits.thread().unpark();
    waits.join().unwrap();
}

/// It is unparked only if it has said that it waits, which it does after its look at the flag.
fn park_announced_late() {
    let flags = Arc::new((AtomicBool::new(false), AtomicBool::new(false)));
    let own = Arc::clone(&flags);
    let waits = thread::spawn(move || {
        let (is_set, waits) = &*own;
        if !is_set.load(SeqCst) {
            waits.store(true, SeqCst);
            thread::park();
        }
    });
    flags.0.store(true, SeqCst);
    if flags.1.load(SeqCst) {
        waits.thread().unpark();
    }
    waits.join().unwrap();
}
