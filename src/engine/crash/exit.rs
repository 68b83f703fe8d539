//! Calls by which the program under test ends the process.

#![allow(unsafe_code)]

use libc::{c_int, c_void};

use super::message::Cause;
use super::teller;
use crate::engine::fiber::leave_run;

#[cfg(all(target_os = "linux", target_env = "gnu"))]
unsafe extern "C" {
    /// As `atexit`, but tells the status.
    fn on_exit(function: extern "C" fn(c_int, *mut c_void), argument: *mut c_void) -> c_int;
}

/// Has calls of `exit` told.
pub(super) fn install() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: the function has the type that it asks for, and lives as long as the process.
    unsafe {
        on_exit(exits, std::ptr::null_mut());
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    // SAFETY: as above.
    unsafe {
        libc::atexit(exits_somehow);
    }
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
extern "C" fn exits(status: c_int, _: *mut c_void) {
    tell("exit", Some(status));
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
extern "C" fn exits_somehow() {
    tell("exit", None);
}

/// The calling thread ends the process without what `exit` does before.
pub(crate) fn exits_at_once(status: c_int) {
    tell("_exit", Some(status));
}

fn tell(call: &'static str, status: Option<c_int>) {
    teller::tell(Cause::Exit { call, status });
    // What is left to do before the process ends is no part of an execution.
    leave_run();
}
