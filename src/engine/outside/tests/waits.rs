//! Real waits for a word, and the lock and channel that tests make of them.

#![allow(unsafe_code)]

use std::ptr;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::SeqCst;

use super::super::{after_wait, before_wait};

pub(super) fn address(word: &AtomicU32) -> usize {
    ptr::from_ref(word).addr()
}

/// Waits in the kernel once.
pub(super) fn wait(word: &AtomicU32, expected: u32) {
    before_wait(address(word), expected, false);
    futex(word, libc::FUTEX_WAIT, expected);
    after_wait();
}

pub(super) fn wait_while(word: &AtomicU32, value: u32) {
    while word.load(SeqCst) == value {
        wait(word, value);
    }
}

/// Sets the word and wakes one.
pub(super) fn set(word: &AtomicU32, value: u32) {
    word.store(value, SeqCst);
    wake(word, 1);
}

pub(super) fn wake(word: &AtomicU32, count: u32) {
    futex(word, libc::FUTEX_WAKE, count);
}

fn futex(word: &AtomicU32, operation: i32, value: u32) {
    let operation = operation | libc::FUTEX_PRIVATE_FLAG;
    // SAFETY: the word lives longer than the call.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            operation,
            value,
            ptr::null::<libc::timespec>(),
        )
    };
}
