//! `Mutex`: the word is 0 if it is free, 1 if it is held, 2 if others may wait for it.

use std::io::{self, Stderr, Stdout};

use super::word::{Acquire, Release, Word};
use crate::engine::aside;
use crate::engine::call::is_controlled;

const FREE: u32 = 0;
const HELD: u32 = 1;
const AWAITED: u32 = 2;

unsafe extern "C-unwind" {
    safe fn interlace_real_mutex_lock_contended(word: usize);
}

/// `Mutex::lock` where the first attempt has failed, in the same step.
pub(super) unsafe extern "C-unwind" fn lock_contended(
    word: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_mutex_lock_contended(word);
    }
    // SAFETY: it is the mutex's.
    let mutex = unsafe { Word::at(word, caller) };
    if mutex.peek() == FREE {
        // A thread that no run controls has had it in the same moment, and may want it again: see `RwLock`.
        return aside(|| interlace_real_mutex_lock_contended(word));
    }
    wait_for(if is_of_a_stream(word) {
        mutex.kept()
    } else {
        mutex
    });
}

/// Whether it is in the lock of standard output or standard error, at which the program meets the test harness.
fn is_of_a_stream(word: usize) -> bool {
    /// At least as far as the mutex is from the start of such a lock.
    const NEAR: usize = 128;
    const {
        assert!(size_of::<Stdout>() == size_of::<usize>());
        assert!(size_of::<Stderr>() == size_of::<usize>());
    }
    let (out, err) = aside(|| (io::stdout(), io::stderr()));
    // SAFETY: each is the address of its lock, by the size of it.
    let locks = unsafe {
        [
            *(&raw const out).cast::<usize>(),
            *(&raw const err).cast::<usize>(),
        ]
    };
    locks
        .iter()
        .any(|lock| (*lock..lock + NEAR).contains(&word))
}

/// Takes a lock; its point has this number.
pub(super) fn lock(word: Word<'_>, number: usize) {
    word.stop_to_lock(number);
    if word.replace(FREE, HELD, Acquire).is_err() {
        wait_for(word);
    }
}

fn wait_for(word: Word<'_>) {
    while word.swap(AWAITED, Acquire) != FREE {
        word.wait(AWAITED, None);
    }
}

/// Releases a lock, in the step under way.
pub(super) fn unlock(word: Word<'_>) {
    if word.swap(FREE, Release) == AWAITED {
        word.wake(1);
    }
}
