//! Calls of threads that no run controls, as they are passed on.
//!
//! What such a thread sleeps in is noted, for runs that wait until it sleeps. A call that only
//! [may sleep](sleeping) is not noted: the thread counts as awake.

use libc::{c_int, c_long};

use super::errno::last;
use crate::engine::outside::{
    PollEntry, after_timed_wait, before_file_wait, before_files_wait, before_sleep, before_wait,
    before_wake, has_model_waiters, wake_from_outside,
};

/// Makes a call in which the calling thread may sleep.
#[inline]
pub(super) fn sleeping<T>(call: impl FnOnce() -> T) -> T {
    call()
}

/// Makes a call that ends after some time.
#[inline]
pub(super) fn pausing<T>(call: impl FnOnce() -> T) -> T {
    before_sleep();
    let result = call();
    after_timed_wait(true);
    result
}

/// Makes a call that sleeps while the word at an address has a certain value, until woken there.
#[inline]
pub(super) fn sleeping_on(
    address: usize,
    expected: u32,
    is_timed: bool,
    call: impl FnOnce() -> c_long,
) -> c_long {
    before_wait(address, expected, is_timed);
    let result = call();
    after_timed_wait(is_timed && result < 0 && last() == libc::ETIMEDOUT);
    result
}

/// Makes a call that takes nothing from a file, and ends when that has one of the events.
#[inline]
pub(super) fn awaiting_file(
    file: c_int,
    events: i16,
    is_timed: bool,
    call: impl FnOnce() -> c_int,
) -> c_int {
    before_file_wait(file, events, is_timed);
    let result = call();
    after_timed_wait(result == 0);
    result
}

/// As [`awaiting_file`], for several files.
pub(super) fn awaiting_files(
    files: &[PollEntry],
    is_timed: bool,
    call: impl FnOnce() -> c_int,
) -> c_int {
    before_files_wait(files, is_timed);
    let result = call();
    after_timed_wait(result == 0);
    result
}

/// Makes a call that may wake those that wait in `queue`.
#[inline]
pub(super) fn waking<T>(queue: usize, call: impl FnOnce() -> T) -> T {
    let result = call();
    if has_model_waiters() {
        // Whoever is woken in vain tries again.
        wake_from_outside(queue, usize::MAX, u32::MAX);
    }
    result
}

/// Makes a call that wakes one of those that wait for a condition, and does not say whether it has.
#[inline]
pub(super) fn signalling(queue: usize, call: impl FnOnce() -> c_int) -> c_int {
    // Who waits has said so before it released the mutex, so the order does not matter.
    if has_model_waiters() && wake_from_outside(queue, 1, u32::MAX) > 0 {
        return 0;
    }
    call()
}

/// Makes a call that wakes at most `count` of those that wait in `queue`, and says how many it has
/// woken. Threads of runs get what is left of the count.
#[inline]
pub(super) fn waking_some(
    queue: usize,
    count: usize,
    mask: u32,
    call: impl FnOnce() -> c_long,
) -> c_long {
    before_wake();
    let woken = call();
    if has_model_waiters() {
        return woken_in_all(woken, queue, count, mask);
    }
    woken
}

#[cold]
fn woken_in_all(woken: c_long, queue: usize, count: usize, mask: u32) -> c_long {
    let Ok(really) = usize::try_from(woken) else {
        return woken;
    };
    let left = count.saturating_sub(really);
    let more = if left > 0 {
        wake_from_outside(queue, left, mask)
    } else {
        0
    };
    woken + c_long::try_from(more).unwrap_or(0)
}
