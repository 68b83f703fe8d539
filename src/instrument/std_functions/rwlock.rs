//! `RwLock`: one word says who has it and whether others wait; another counts what waiting writers were told.

use super::word::{Acquire, Relaxed, Release, Word};
use crate::engine::aside;
use crate::engine::call::is_controlled;

/// The number of readers, or all ones for a writer.
const HOLDERS: u32 = (1 << 30) - 1;
const WRITER: u32 = HOLDERS;
const READERS_WAIT: u32 = 1 << 30;
const WRITERS_WAIT: u32 = 1 << 31;

unsafe extern "C-unwind" {
    safe fn interlace_real_rwlock_read_contended(lock: usize);
    safe fn interlace_real_rwlock_write_contended(lock: usize);
    safe fn interlace_real_rwlock_wake(lock: usize, state: u32);
}

/// Both words of a lock, the state first.
///
/// # Safety
///
/// It is the address of a lock.
unsafe fn words<'a>(lock: usize, caller: usize) -> (Word<'a>, Word<'a>) {
    // SAFETY: as the caller promises.
    unsafe {
        let second = lock + size_of::<u32>();
        (Word::at(lock, caller), Word::at(second, caller))
    }
}

/// Whether nobody writes, and nobody waits.
fn is_open_to_readers(state: u32) -> bool {
    let is_awaited = state & (READERS_WAIT | WRITERS_WAIT) != 0;
    state & HOLDERS != WRITER && !is_awaited
}

/// `RwLock::read` where the first attempt has failed, in the same step.
pub(super) unsafe extern "C-unwind" fn read_contended(
    lock: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_rwlock_read_contended(lock);
    }
    // SAFETY: it is the lock's.
    let (word, _) = unsafe { words(lock, caller) };
    if is_open_to_readers(word.peek()) {
        // No other thread of the program has run since the attempt. So a thread that no run controls has changed the
        // lock in the same moment: one that reads the environment, say. What such threads do is not put back at the
        // end of the execution, so what is done here must not be either, or the count would be wrong for ever.
        return aside(|| interlace_real_rwlock_read_contended(lock));
    }
    let mut has_waited = false;
    loop {
        let state = word.load(Relaxed);
        let holders = state & HOLDERS;
        // A writer that has become a reader lets in those that waited, even if other writers wait.
        let was_let_in = has_waited && state & READERS_WAIT == 0 && holders != 0;
        assert!(
            holders != WRITER - 1,
            "too many active read locks on RwLock"
        );
        if is_open_to_readers(state) || (holders != WRITER && was_let_in) {
            if word.replace(state, state + 1, Acquire).is_ok() {
                return;
            }
            // As above.
            continue;
        }
        if state & READERS_WAIT == 0 {
            word.swap(state | READERS_WAIT, Relaxed);
        }
        word.wait(state | READERS_WAIT, None);
        has_waited = true;
    }
}

/// `RwLock::write` where the first attempt has failed, in the same step.
pub(super) unsafe extern "C-unwind" fn write_contended(
    lock: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_rwlock_write_contended(lock);
    }
    // SAFETY: it is the lock's.
    let (word, told) = unsafe { words(lock, caller) };
    // Others may wait too: who has waited leaves it at that.
    let mut others = 0;
    loop {
        let state = word.load(Relaxed);
        if state & HOLDERS == 0 {
            word.swap(state | WRITER | others, Acquire);
            return;
        }
        if state & WRITERS_WAIT == 0 {
            word.swap(state | WRITERS_WAIT, Relaxed);
        }
        others = WRITERS_WAIT;
        let count = told.load(Acquire);
        told.wait(count, None);
    }
}

/// Wakes a writer, or else all readers. The lock was just released and is in this state.
pub(super) unsafe extern "C-unwind" fn wake(
    lock: usize,
    state: u32,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_rwlock_wake(lock, state);
    }
    // SAFETY: it is the lock's.
    let (word, told) = unsafe { words(lock, caller) };
    let wakes_writer = || {
        told.fetch_add(1, Release);
        told.wake(1) > 0
    };
    let mut state = state;
    if state == WRITERS_WAIT {
        match word.replace(state, 0, Relaxed) {
            Ok(_) => {
                wakes_writer();
                return;
            }
            Err(now) => state = now,
        }
    }
    if state == READERS_WAIT | WRITERS_WAIT {
        // If it was taken meanwhile, who has it wakes others.
        if word.replace(state, READERS_WAIT, Relaxed).is_err() || wakes_writer() {
            return;
        }
        state = READERS_WAIT;
    }
    if state == READERS_WAIT && word.replace(state, 0, Relaxed).is_ok() {
        word.wake(i32::MAX as usize);
    }
}
