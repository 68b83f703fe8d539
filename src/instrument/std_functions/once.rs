//! `Once`, which is what `OnceLock` and `LazyLock` consist of.

use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};

use super::word::{Acquire, Relaxed, Release, Word};
use crate::engine::call::is_controlled;

const COMPLETE: u32 = 0;
const RUNNING: u32 = 1;
const POISONED: u32 = 2;
const INCOMPLETE: u32 = 3;
/// Added to the others: somebody waits.
const AWAITED: u32 = 4;

const _: () = assert!(size_of::<Once>() == size_of::<u32>());
// SAFETY: both are four bytes, and any are a number.
const _: () = assert!(unsafe { std::mem::transmute::<Once, u32>(Once::new()) } == INCOMPLETE);

unsafe extern "C-unwind" {
    fn interlace_real_once_call(
        once: usize,
        ignores_poison: bool,
        body: usize,
        table: usize,
        location: usize,
    );
    safe fn interlace_real_once_wait(once: usize);
    safe fn interlace_real_once_wait_force(once: usize);
}

/// `body` and `table` are the closure, `location` is of the program's call.
pub(super) unsafe extern "C-unwind" fn call(
    once: usize,
    ignores_poison: bool,
    body: usize,
    table: usize,
    location: usize,
    caller: usize,
) {
    // SAFETY: these are the arguments.
    let original =
        |once| unsafe { interlace_real_once_call(once, ignores_poison, body, table, location) };
    if !is_controlled() {
        return original(once);
    }
    // SAFETY: it is its word.
    let word = unsafe { Word::at(once, caller) };
    word.stop("call_once", 0);
    loop {
        let state = word.load(Acquire);
        match state & !AWAITED {
            COMPLETE => return,
            // It panics.
            POISONED if !ignores_poison => return original(once),
            POISONED | INCOMPLETE => {
                word.swap(RUNNING | state & AWAITED, Acquire);
                return run(word, state & !AWAITED, original);
            }
            _ => wait_for(word, state),
        }
    }
}

/// Has the original call the closure for another `Once` in the same state, which knows then in which to leave
/// this one.
fn run(word: Word<'_>, state: u32, original: impl FnOnce(usize)) {
    let mut finish = Finish {
        word,
        instead: AtomicU32::new(state),
    };
    let instead = finish.instead.get_mut();
    original((&raw mut *instead).expose_provenance());
    word.stop("complete", 1);
}

struct Finish<'a> {
    word: Word<'a>,
    instead: AtomicU32,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        let state = self.instead.load(Ordering::Relaxed);
        if self.word.swap(state, Release) & AWAITED != 0 {
            self.word.wake(i32::MAX as usize);
        }
    }
}

fn wait_for(word: Word<'_>, state: u32) {
    if state & AWAITED == 0 {
        word.swap(state | AWAITED, Relaxed);
    }
    word.wait(state | AWAITED, None);
}

pub(super) unsafe extern "C-unwind" fn wait(
    once: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    // SAFETY: it is its address.
    unsafe { wait_until_complete(once, caller, false, interlace_real_once_wait) }
}

pub(super) unsafe extern "C-unwind" fn wait_force(
    once: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    // SAFETY: as above.
    unsafe { wait_until_complete(once, caller, true, interlace_real_once_wait_force) }
}

unsafe fn wait_until_complete(
    once: usize,
    caller: usize,
    ignores_poison: bool,
    original: extern "C-unwind" fn(usize),
) {
    if !is_controlled() {
        return original(once);
    }
    // SAFETY: as the caller promises.
    let word = unsafe { Word::at(once, caller) };
    word.stop("wait", 0);
    loop {
        let state = word.load(Acquire);
        match state & !AWAITED {
            COMPLETE => return,
            // It panics.
            POISONED if !ignores_poison => return original(once),
            _ => wait_for(word, state),
        }
    }
}
