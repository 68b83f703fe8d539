//! A program that defines a function of libc itself keeps its own.
#![cfg(target_os = "linux")]
#![allow(unsafe_code)]

use std::sync::atomic::{AtomicU32, Ordering};

static CALLS: AtomicU32 = AtomicU32::new(0);

// SAFETY: nothing but this test calls it.
#[unsafe(no_mangle)]
extern "C" fn usleep(_: libc::useconds_t) -> libc::c_int {
    CALLS.fetch_add(1, Ordering::Relaxed);
    0
}

#[test]
fn a_symbol_of_the_program_is_kept() {
    interlace::marker!("linked");
    // SAFETY: it has no conditions.
    unsafe { libc::usleep(1_000_000) };
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}
