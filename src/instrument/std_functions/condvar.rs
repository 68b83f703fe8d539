//! `Condvar`: the word counts notifications.

use std::time::Duration;

use super::mutex;
use super::word::{Relaxed, Word};
use crate::engine::call::is_controlled;

const ALL: usize = i32::MAX as usize;

unsafe extern "C-unwind" {
    safe fn interlace_real_condvar_wait(word: usize, lock: usize);
    safe fn interlace_real_condvar_wait_timeout(
        word: usize,
        lock: usize,
        seconds: u64,
        nanos: u32,
    ) -> bool;
    safe fn interlace_real_condvar_notify_one(word: usize);
    safe fn interlace_real_condvar_notify_all(word: usize);
}

pub(super) unsafe extern "C-unwind" fn wait(
    word: usize,
    lock: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_condvar_wait(word, lock);
    }
    // SAFETY: they are those of the condition variable and of the mutex.
    let (word, lock) = unsafe { (Word::at(word, caller), Word::at(lock, caller)) };
    wait_with(word, lock, None);
}

/// Returns whether it has not timed out.
pub(super) unsafe extern "C-unwind" fn wait_timeout(
    word: usize,
    lock: usize,
    seconds: u64,
    nanos: u32,
    _: usize,
    caller: usize,
) -> bool {
    if !is_controlled() {
        return interlace_real_condvar_wait_timeout(word, lock, seconds, nanos);
    }
    // SAFETY: as above.
    let (word, lock) = unsafe { (Word::at(word, caller), Word::at(lock, caller)) };
    wait_with(word, lock, Some(Duration::new(seconds, nanos)))
}

/// Releases the lock while it waits. Who comes to notify between the look at the count and the release could
/// as well come after both: the count has changed then, and there is no wait.
pub(super) fn wait_with(word: Word<'_>, lock: Word<'_>, timeout: Option<Duration>) -> bool {
    lock.stop("wait", 0);
    let count = word.load(Relaxed);
    mutex::unlock(lock);
    let is_notified = word.wait(count, timeout);
    mutex::lock(lock, 1);
    is_notified
}

pub(super) unsafe extern "C-unwind" fn notify_one(
    word: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_condvar_notify_one(word);
    }
    // SAFETY: as above.
    notify(unsafe { Word::at(word, caller) }, 1);
}

pub(super) unsafe extern "C-unwind" fn notify_all(
    word: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_condvar_notify_all(word);
    }
    // SAFETY: as above.
    notify(unsafe { Word::at(word, caller) }, ALL);
}

pub(super) fn notify(word: Word<'_>, most: usize) {
    word.stop("notify", 0);
    word.fetch_add(1, Relaxed);
    word.wake(most);
}
