//! What a call of libc costs more on a thread that no run controls, since it goes through us.
//!
//! The same call is made through the symbol, as std makes it, and through the address at which libc
//! has it. Both are measured in turns, several times, and the fastest rounds are compared: what
//! else runs makes a round slower and never faster. `cargo bench --bench system`; with `-- --test` it
//! runs once and small, to show that it works.

#![cfg_attr(not(all(target_os = "linux", target_env = "gnu")), allow(unused))]
#![allow(unsafe_code)]

use std::ffi::CStr;
use std::hint::black_box;
use std::mem::transmute;
use std::ptr;
use std::time::Instant;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn main() {
    // Links the library.
    interlace::marker!("linked");
    if let Some(&processor) = core_affinity::get_core_ids().unwrap_or_default().first() {
        core_affinity::set_for_current(processor);
    }
    println!(
        "{:<28} {:>9} {:>9} {:>9}",
        "ns a call", "libc's", "ours", "more"
    );
    clock();
    mutex();
    system_call();
}

/// Prints how long two ways of a call take.
fn compare(name: &str, mut real: impl FnMut(), mut ours: impl FnMut()) {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let (rounds, calls) = if is_test { (1, 10) } else { (200, 20_000) };
    let mut fastest = [f64::MAX; 2];
    for _ in 0..rounds {
        let both = [time(calls, &mut real), time(calls, &mut ours)];
        fastest = [fastest[0].min(both[0]), fastest[1].min(both[1])];
    }
    let [real, ours] = fastest;
    println!("{name:<28} {real:>9.2} {ours:>9.2} {:>9.2}", ours - real);
}

/// The nanoseconds that each of so many calls takes.
fn time(calls: u32, call: &mut impl FnMut()) -> f64 {
    let since = Instant::now();
    for _ in 0..calls {
        call();
    }
    since.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn clock() {
    type Function = unsafe extern "C" fn(libc::clockid_t, *mut libc::timespec) -> libc::c_int;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let time = &raw mut time;
    // SAFETY: libc's function has this type, and the time outlives all calls.
    unsafe {
        let real: Function = transmute(real(c"clock_gettime"));
        let real = black_box(real);
        compare(
            "clock_gettime",
            || {
                real(libc::CLOCK_MONOTONIC, time);
            },
            || {
                libc::clock_gettime(libc::CLOCK_MONOTONIC, time);
            },
        );
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn mutex() {
    type Function = unsafe extern "C" fn(*mut libc::pthread_mutex_t) -> libc::c_int;
    let mut mutex = libc::PTHREAD_MUTEX_INITIALIZER;
    let mutex = &raw mut mutex;
    // SAFETY: libc's functions have this type, and the mutex outlives all calls.
    unsafe {
        let lock: Function = transmute(real(c"pthread_mutex_lock"));
        let unlock: Function = transmute(real(c"pthread_mutex_unlock"));
        let (lock, unlock) = black_box((lock, unlock));
        compare(
            "pthread_mutex_lock, unlock",
            || {
                lock(mutex);
                unlock(mutex);
            },
            || {
                libc::pthread_mutex_lock(mutex);
                libc::pthread_mutex_unlock(mutex);
            },
        );
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn system_call() {
    type Function = unsafe extern "C" fn(libc::c_long, ...) -> libc::c_long;
    // SAFETY: libc's function has this type, and the calls have no arguments; or the word of the
    // futex outlives them.
    unsafe {
        let real: Function = transmute(real(c"syscall"));
        let real = black_box(real);
        compare(
            "syscall: gettid",
            || {
                real(libc::SYS_gettid);
            },
            || {
                libc::syscall(libc::SYS_gettid);
            },
        );
        let word = 0_u32;
        let word = &raw const word;
        let wake = libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG;
        compare(
            "syscall: wake nobody",
            || {
                real(libc::SYS_futex, word, wake, 1);
            },
            || {
                libc::syscall(libc::SYS_futex, word, wake, 1);
            },
        );
    }
}

/// Where libc has a function.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn real(name: &CStr) -> *mut libc::c_void {
    // SAFETY: the name is a C string.
    let address = unsafe { libc::dlsym(libc::RTLD_NEXT, name.as_ptr()) };
    assert_ne!(address, ptr::null_mut(), "{name:?}");
    address
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() {}
