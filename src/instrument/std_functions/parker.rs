//! `thread::park`: the word of a thread is 0, 1 if it has a token, or all ones while it is parked.

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use super::word::{Acquire, Release, Word};
use crate::engine::call::is_controlled;
use crate::engine::{aside, parks};

const EMPTY: u32 = 0;
const TOKEN: u32 = 1;
const PARKED: u32 = u32::MAX;

unsafe extern "C-unwind" {
    safe fn interlace_real_park();
    safe fn interlace_real_park_timeout(seconds: u64, nanos: u32);
    safe fn interlace_real_park_other(thread: usize);
    safe fn interlace_real_park_other_timeout(thread: usize, seconds: u64, nanos: u32);
}

/// `thread::park`
pub(super) unsafe extern "C-unwind" fn park(
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_park();
    }
    // SAFETY: it is that of the calling thread.
    wait_for_token(unsafe { Word::at(own_word(), caller) });
}

/// `thread::park_timeout`
pub(super) unsafe extern "C-unwind" fn park_timeout(
    seconds: u64,
    nanos: u32,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_park_timeout(seconds, nanos);
    }
    // SAFETY: as above.
    let word = unsafe { Word::at(own_word(), caller) };
    wait_at_most(word, Duration::new(seconds, nanos));
}

/// `thread::park_timeout_ms`
pub(super) unsafe extern "C-unwind" fn park_timeout_ms(
    millis: u32,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    let timeout = Duration::from_millis(millis.into());
    if !is_controlled() {
        return interlace_real_park_timeout(timeout.as_secs(), timeout.subsec_nanos());
    }
    // SAFETY: as above.
    wait_at_most(unsafe { Word::at(own_word(), caller) }, timeout);
}

/// `Thread::park`, by which std parks the calling thread where it has its handle at hand.
pub(super) unsafe extern "C-unwind" fn park_other(
    thread: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_park_other(thread);
    }
    // SAFETY: it is the address of a handle.
    wait_for_token(unsafe { Word::at(word_of(thread), caller) });
}

/// `Thread::park_timeout`
pub(super) unsafe extern "C-unwind" fn park_other_timeout(
    thread: usize,
    seconds: u64,
    nanos: u32,
    _: usize,
    _: usize,
    caller: usize,
) {
    if !is_controlled() {
        return interlace_real_park_other_timeout(thread, seconds, nanos);
    }
    // SAFETY: as above.
    let word = unsafe { Word::at(word_of(thread), caller) };
    wait_at_most(word, Duration::new(seconds, nanos));
}

fn wait_for_token(word: Word<'_>) {
    parks(word.address());
    word.stop("park", 0);
    if word.fetch_add(PARKED, Acquire) != TOKEN {
        // A wait may also end spuriously.
        while {
            word.wait(PARKED, None);
            word.replace(TOKEN, EMPTY, Acquire).is_err()
        } {}
    }
}

fn wait_at_most(word: Word<'_>, timeout: Duration) {
    parks(word.address());
    word.stop("park", 0);
    if word.fetch_add(PARKED, Acquire) != TOKEN {
        word.wait(PARKED, Some(timeout));
        word.swap(EMPTY, Acquire);
    }
}

/// `Thread::unpark`, as std does it itself.
pub(super) fn unpark(word: Word<'_>, number: usize) {
    word.stop("unpark", number);
    if word.swap(TOKEN, Release) == PARKED {
        word.wake(1);
    }
}

fn own_word() -> usize {
    aside(|| {
        let own = thread::current();
        // SAFETY: it is the address of a handle. The thread keeps another one.
        unsafe { word_of((&raw const own).expose_provenance()) }
    })
}

/// The address of the word of a thread, of which this is the address of a handle.
///
/// # Safety
///
/// It is one.
pub(super) unsafe fn word_of(thread: usize) -> usize {
    let handle = ptr::with_exposed_provenance::<usize>(thread);
    // SAFETY: a handle is the address of what is known of the thread.
    unsafe { *handle + aside(offset) }
}

const _: () = assert!(size_of::<Thread>() == size_of::<usize>());

/// Where the word lies in what is known of a thread: behind two counts, a name and an id. It is what changes
/// by a token.
fn offset() -> usize {
    static OFFSET: AtomicUsize = AtomicUsize::new(0);
    const WORDS: usize = 12;
    let known = OFFSET.load(Ordering::Relaxed);
    if known != 0 {
        return known;
    }
    let own = thread::current();
    // SAFETY: a handle is the address of what is known of the thread, and that has as many bytes.
    let start = unsafe { *(&raw const own).cast::<*const u32>() };
    let words = || {
        // SAFETY: as above. Others may change one of them only.
        let read = |number| unsafe { start.add(number).read_volatile() };
        std::array::from_fn::<u32, WORDS, _>(read)
    };
    let had_token = {
        let before = words();
        own.unpark();
        before == words()
    };
    let with_token = words();
    interlace_real_park();
    let without = words();
    if had_token {
        own.unpark();
    }
    let changed = |number: &usize| (without[*number], with_token[*number]) == (EMPTY, TOKEN);
    let number = (0..WORDS).find(changed);
    let number = number.unwrap_or_else(|| super::unknown_std("thread::park"));
    OFFSET.store(number * size_of::<u32>(), Ordering::Relaxed);
    number * size_of::<u32>()
}
