//! `select`, `pselect`.
//!
//! select(2): how many files are ready, 0 after the time-out, or -1. A set is read, and then
//! written: so whether files are ready is asked with copies.

use std::time::Duration;

use libc::{c_int, fd_set, sigset_t, timespec, timeval};

use super::super::deadline::{from_timespec, from_timeval};
use super::super::errno::fail;
use super::events::wait_for;
use crate::operation::{FileKind, SystemCall};

interpose! {
    sleeps fn select(limit: c_int, input: *mut fd_set, output: *mut fd_set, urgent: *mut fd_set, time: *mut timeval) -> c_int;
    sleeps fn pselect(limit: c_int, input: *mut fd_set, output: *mut fd_set, urgent: *mut fd_set, time: *const timespec, signals: *const sigset_t) -> c_int;
}

mod controlled {
    use super::*;

    pub(super) unsafe fn select(
        limit: c_int,
        input: *mut fd_set,
        output: *mut fd_set,
        urgent: *mut fd_set,
        time: *mut timeval,
    ) -> c_int {
        // SAFETY: the caller promises a time or null, and sets or null.
        unsafe {
            match time.as_ref().map(|time| from_timeval(*time)) {
                Some(None) => fail(libc::EINVAL),
                length => select_for(limit, [input, output, urgent], length.flatten()),
            }
        }
    }

    pub(super) unsafe fn pselect(
        limit: c_int,
        input: *mut fd_set,
        output: *mut fd_set,
        urgent: *mut fd_set,
        time: *const timespec,
        _: *const sigset_t,
    ) -> c_int {
        // SAFETY: the caller promises a time or null, and sets or null.
        unsafe {
            match time.as_ref().map(|time| from_timespec(*time)) {
                Some(None) => fail(libc::EINVAL),
                length => select_for(limit, [input, output, urgent], length.flatten()),
            }
        }
    }
}

unsafe fn select_for(limit: c_int, sets: [*mut fd_set; 3], length: Option<Duration>) -> c_int {
    /// Sets are read and written in words of 64 files.
    const WORD: usize = 64;
    let words = usize::try_from(limit).unwrap_or(0).div_ceil(WORD);
    // SAFETY: the caller promises sets of that many files.
    let copies = sets.map(|set| unsafe {
        let set = set.cast::<u64>();
        (!set.is_null()).then(|| std::slice::from_raw_parts(set, words).to_vec())
    });
    let mut is_ready = || {
        let mut copies = copies.clone();
        let [input, output, urgent] = copies.each_mut().map(|set| {
            set.as_mut()
                .map_or(std::ptr::null_mut(), |set| set.as_mut_ptr().cast())
        });
        // SAFETY: the copies live longer than the call, and are as long as the sets.
        unsafe { at_once(limit, [input, output, urgent]) != 0 }
    };
    wait_for((SystemCall::Select, FileKind::Set), length, &mut is_ready);
    // SAFETY: as the caller promises.
    unsafe { at_once(limit, sets) }
}

unsafe fn at_once(limit: c_int, [input, output, urgent]: [*mut fd_set; 3]) -> c_int {
    let mut time = timeval {
        tv_sec: 0,
        tv_usec: 0,
    };
    // SAFETY: the caller promises sets or null.
    unsafe { real::select(limit, input, output, urgent, &raw mut time) }
}
