//! Futexes, by which the locks of std and of `parking_lot` wait: `syscall`.
//!
//! The contracts are those of syscall(2) and futex(2). Other system calls are passed on, and so are
//! futexes with priority inheritance, of which the kernel itself writes the words.

mod raw;
mod request;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use libc::{c_long, timespec};

pub(super) use raw::system_call;
use request::{Request, Wait};

use super::clock::since_start;
use super::deadline::from_timespec;
use super::errno::fail_size;
use super::{outside, random};
use crate::engine::call::{self, Hook, WaitEnd};
#[cfg(interlace)]
use crate::engine::{access, is_to_pause, touch, waits_for_word};
#[cfg(interlace)]
use crate::operation::{AccessKind, MemoryAccess};
#[cfg(interlace)]
use crate::site::Site;

stand_in! {
    always fn syscall(number: c_long, first: usize, second: usize, third: usize, fourth: usize, fifth: usize, sixth: usize) -> c_long;
}

mod controlled {
    use super::*;

    /// syscall(2). The function of C takes as many arguments as the system call has; more are not
    /// looked at, and six can be taken from any caller.
    #[allow(clippy::inline_always, reason = "its variable is to be the hook's own")]
    #[inline(always)]
    pub(super) unsafe fn syscall(
        number: c_long,
        first: usize,
        second: usize,
        third: usize,
        fourth: usize,
        fifth: usize,
        sixth: usize,
    ) -> c_long {
        let arguments = [first, second, third, fourth, fifth, sixth];
        let here = 0;
        // SAFETY: as the caller promises.
        unsafe {
            if number != libc::SYS_futex && number != libc::SYS_getrandom {
                system_call(number, arguments)
            } else if call::is_controlled() {
                controlled_call(number, arguments, Hook::at(&here))
            } else {
                uncontrolled_call(number, arguments)
            }
        }
    }
}

#[inline]
unsafe fn uncontrolled_call(number: c_long, arguments: [usize; 6]) -> c_long {
    // SAFETY: as the caller promises.
    let call = || unsafe { system_call(number, arguments) };
    if number != libc::SYS_futex {
        return call();
    }
    let [word, operation, value, time, ..] = arguments;
    match request::operation(operation) {
        libc::FUTEX_WAIT | libc::FUTEX_WAIT_BITSET => {
            outside::sleeping_on(word, request::int(value), time != 0, call)
        }
        operation @ (libc::FUTEX_WAKE
        | libc::FUTEX_WAKE_BITSET
        | libc::FUTEX_REQUEUE
        | libc::FUTEX_CMP_REQUEUE) => {
            let mask = match operation {
                libc::FUTEX_WAKE_BITSET => request::int(arguments[5]),
                _ => u32::MAX,
            };
            outside::waking_some(word, request::count(value), mask, call)
        }
        _ => call(),
    }
}

#[inline(never)]
unsafe fn controlled_call(number: c_long, arguments: [usize; 6], hook: Hook) -> c_long {
    if number == libc::SYS_getrandom {
        let [buffer, length, flags, ..] = arguments;
        let buffer = std::ptr::with_exposed_provenance_mut(buffer);
        #[allow(clippy::cast_possible_truncation, reason = "as the kernel does")]
        // SAFETY: as the caller promises.
        return unsafe { random::controlled::getrandom(buffer, length, flags as u32) } as c_long;
    }
    let Some(request) = Request::new(number, arguments) else {
        // SAFETY: as the caller promises.
        return unsafe { system_call(number, arguments) };
    };
    // SAFETY: as the caller promises.
    let result = unsafe { perform(&request, hook) };
    match result {
        Ok(count) => c_long::try_from(count).unwrap_or(c_long::MAX),
        Err(error) => fail_size(error) as c_long,
    }
}

/// # Safety
///
/// The addresses are of words, and the time of a `timespec`.
unsafe fn perform(request: &Request, hook: Hook) -> Result<usize, i32> {
    call::take_process_lock();
    #[cfg(interlace)]
    stop_before(request);
    match *request {
        Request::Wait(wait) => {
            // SAFETY: as the caller promises.
            let deadline = unsafe { deadline(&wait) }?;
            // SAFETY: as above.
            unsafe { wait_until(&wait, deadline, hook) }
        }
        Request::Wake { mask: 0, .. } => Err(libc::EINVAL),
        Request::Wake { word, count, mask } => Ok(call::wake(word, count.max(1), mask)),
        Request::Requeue {
            word,
            to,
            wake,
            moved,
            expected,
        } => {
            // SAFETY: the caller promises that the word may be read.
            if expected.is_some_and(|expected| unsafe { load(word) } != expected) {
                Err(libc::EAGAIN)
            } else {
                let (woken, moved) = call::requeue(word, to, wake, moved);
                // Only the form that compares counts those that were moved.
                Ok(if expected.is_some() {
                    woken + moved
                } else {
                    woken
                })
            }
        }
    }
}

/// Waits as a function of std does that is done in its place, on a thread that a run controls. Returns whether
/// it has not timed out.
///
/// # Safety
///
/// `word` is the address of a futex. `hook` is made of a variable of a function that std could have called.
#[cfg(interlace)]
pub(crate) unsafe fn wait(
    word: usize,
    expected: u32,
    timeout: Option<Duration>,
    hook: Hook,
) -> bool {
    let wait = Wait::of_std(word, expected);
    let deadline = timeout.and_then(|timeout| call::now().checked_add(timeout));
    call::take_process_lock();
    stop_before(&Request::Wait(wait));
    // SAFETY: as the caller promises.
    let waited = unsafe { wait_until(&wait, deadline, hook) };
    waited != Err(libc::ETIMEDOUT)
}

/// Wakes as a function of std does that is done in its place. Returns how many.
#[cfg(interlace)]
pub(crate) fn wake(word: usize, count: usize) -> usize {
    let mask = u32::MAX;
    call::take_process_lock();
    stop_before(&Request::Wake { word, count, mask });
    call::wake(word, count, mask)
}

/// In an instrumented build a call is a step of its own: another thread may have changed the word since the
/// calling one has last looked at it, or change it before that wakes anybody.
#[cfg(interlace)]
fn stop_before(request: &Request) {
    static WAIT: Site = Site::new("futex_wait", "", 0, 0);
    static WAKE: Site = Site::new("futex_wake", "", 0, 0);
    let (site, word) = match request {
        Request::Wait(wait) => (&WAIT, wait.word),
        Request::Wake { word, .. } | Request::Requeue { word, .. } => (&WAKE, *word),
    };
    if is_to_pause() {
        if let Request::Wait(Wait { time: 0, .. }) = request {
            waits_for_word(word);
        }
        access(site, access_to(word));
    }
}

/// What a call does to its word; also what std does there, unseen, when it has waited.
#[cfg(interlace)]
const fn access_to(word: usize) -> MemoryAccess {
    MemoryAccess::new(AccessKind::Write, word, 4)
}

/// Waits if the word still has the expected value. No other thread runs in between, since this one
/// has the turn. A spurious wake-up is a wake-up: callers of futex(2) must expect one.
unsafe fn wait_until(wait: &Wait, deadline: Option<Duration>, hook: Hook) -> Result<usize, i32> {
    if wait.mask == 0 {
        return Err(libc::EINVAL);
    }
    // In an instrumented build who holds it may be paused, and then it is a lock like others.
    if cfg!(not(interlace)) && wait.is_for_row() && hook.is_in_frame_above(wait.word) {
        // SAFETY: the caller promises that the word may be read.
        call::await_other_threads(|| unsafe { load(wait.word) } != wait.expected);
        return Ok(0);
    }
    // What other threads are about to do about it is done first.
    call::settle();
    // SAFETY: the caller promises that the word may be read.
    if unsafe { load(wait.word) } != wait.expected {
        return Err(libc::EAGAIN);
    }
    let end = call::wait(call::Wait {
        queue: wait.word,
        expected: Some(wait.expected),
        mask: wait.mask,
        call: None,
        deadline,
        may_be_spurious: wait.is_std(),
        hook: wait.is_std().then_some(hook),
    });
    #[cfg(interlace)]
    touch(access_to(wait.word).access());
    match end {
        WaitEnd::TimedOut => Err(libc::ETIMEDOUT),
        WaitEnd::Woken | WaitEnd::Spurious => Ok(0),
    }
}

/// When a wait times out, since the start of the execution.
///
/// # Safety
///
/// The address of the time is null, or of a `timespec`.
unsafe fn deadline(wait: &Wait) -> Result<Option<Duration>, i32> {
    if wait.time == 0 {
        return Ok(None);
    }
    let time = std::ptr::with_exposed_provenance::<timespec>(wait.time);
    // SAFETY: as the caller promises.
    let time = from_timespec(unsafe { *time }).ok_or(libc::EINVAL)?;
    Ok(match wait.clock {
        Some(clock) => since_start(clock, time),
        None => Some(call::now().saturating_add(time)),
    })
}

/// # Safety
///
/// It is the address of a futex.
unsafe fn load(word: usize) -> u32 {
    let word = std::ptr::with_exposed_provenance_mut(word);
    // SAFETY: a futex is four aligned bytes that all access atomically.
    unsafe { AtomicU32::from_ptr(word) }.load(Ordering::SeqCst)
}
