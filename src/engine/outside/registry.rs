//! The records of all threads of this process, and that of the calling thread.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Arc, OnceLock};

use super::kernel;
use super::record::Record;
use super::stir::stir;
use crate::engine::lock::Mutex;

static RECORDS: Mutex<Vec<Arc<Record>>> = Mutex::new(Vec::new());

/// Changes whenever a thread begins, ends, or gets related to a search.
static GENERATION: AtomicUsize = AtomicUsize::new(1);

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// The thread's record, which lives until the thread has ended; null before there is one. It
    /// needs no destructor, so a look costs one load.
    static CURRENT: Cell<*const Record> = const { Cell::new(ptr::null()) };
}

/// In place of a record, while the thread runs code of this module, and after its end: its calls
/// are not noted.
const ASIDE: *const Record = ptr::without_provenance(align_of::<Record>());

/// Calls `look` with the record of the calling thread, if its calls are noted now.
#[inline]
pub(super) fn with_current(look: impl FnOnce(&Record)) {
    let mut record = CURRENT.get();
    if record.is_null() {
        record = adopt_new();
    }
    if record != ASIDE {
        // SAFETY: the thread's own count of the record is given back at the thread's end, when
        // `ASIDE` takes its place.
        look(unsafe { &*record });
    }
}

/// The record of the calling thread; nothing if its calls are not noted now.
pub(crate) fn current() -> Option<Arc<Record>> {
    let mut record = None;
    with_current(|current| {
        let current = ptr::from_ref(current);
        // SAFETY: it comes from `Arc::into_raw`, and the thread has a count of its own.
        record = Some(unsafe {
            Arc::increment_strong_count(current);
            Arc::from_raw(current)
        });
    });
    record
}

/// Runs code of this module that may wait for a lock. That wait is not one of the thread's.
pub(crate) fn aside<T>(act: impl FnOnce() -> T) -> T {
    struct Restore(*const Record);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }
    let _restore = Restore(CURRENT.replace(ASIDE));
    act()
}

/// From now on the calling thread's calls are not noted: its thread-locals are lent to fibers.
pub(crate) fn stay_aside() {
    CURRENT.set(ASIDE);
}

#[cold]
fn adopt_new() -> *const Record {
    if kernel::SEES_THREADS {
        adopt(aside(|| add(None)))
    } else {
        ASIDE
    }
}

/// Makes `record` that of the calling thread, until it ends.
pub(super) fn adopt(record: Arc<Record>) -> *const Record {
    let record = Arc::into_raw(record);
    let before = CURRENT.replace(ASIDE);
    tell_of_end(record);
    if !before.is_null() && before != ASIDE {
        forget(before);
    }
    CURRENT.set(record);
    record
}

/// Adds a thread.
pub(super) fn add(parent: Option<Arc<Record>>) -> Arc<Record> {
    if let Some(parent) = &parent {
        parent.forget_ended_ancestors();
    }
    let number = NEXT_NUMBER.fetch_add(1, Relaxed);
    let record = Arc::new(Record::new(number, parent));
    RECORDS.lock().push(Arc::clone(&record));
    change();
    record
}

/// Forgets a thread, which has ended.
pub(super) fn remove(record: &Record) {
    record.end();
    RECORDS.lock().retain(|it| it.number() != record.number());
    change();
}

/// The records of all threads, and when that was.
pub(super) fn all() -> (Vec<Arc<Record>>, usize) {
    aside(|| {
        let records = RECORDS.lock();
        (records.clone(), generation())
    })
}

#[inline]
pub(super) fn generation() -> usize {
    GENERATION.load(Acquire)
}

pub(super) fn change() {
    GENERATION.fetch_add(1, Release);
    // Later, so that whoever has seen this one sees the new generation.
    stir();
}

/// Lets [`end`] be called when the thread ends. The destructors of keys run later than those of
/// `thread_local!`, which are code of the user's.
#[cfg(unix)]
fn tell_of_end(record: *const Record) {
    static KEY: OnceLock<libc::pthread_key_t> = OnceLock::new();
    let key = KEY.get_or_init(|| {
        let mut key = 0;
        // SAFETY: the call fills in the key. If there is none left, a thread's end is not told.
        unsafe { libc::pthread_key_create(&raw mut key, Some(end)) };
        key
    });
    // SAFETY: the key was made above and is never deleted.
    unsafe { libc::pthread_setspecific(*key, record.cast()) };
}

#[cfg(unix)]
unsafe extern "C" fn end(record: *mut std::ffi::c_void) {
    CURRENT.set(ASIDE);
    forget(record.cast_const().cast());
}

#[cfg(not(unix))]
fn tell_of_end(_: *const Record) {}

/// Gives back the thread's own count of its record, which is not that of the thread any more.
fn forget(record: *const Record) {
    // SAFETY: it comes from `Arc::into_raw` in `adopt`, and is forgotten once: when another record
    // takes its place as the key's value, or else when the thread ends.
    let record = unsafe { Arc::from_raw(record) };
    remove(&record);
}

/// Counts the calling thread as an engine's until dropped, on any thread.
#[derive(Debug)]
pub(crate) struct EngineMark(Option<Arc<Record>>);

impl EngineMark {
    pub(crate) fn begin() -> Self {
        let record = current();
        if let Some(record) = &record {
            record.mark_engine();
            change();
        }
        EngineMark(record)
    }
}

impl Drop for EngineMark {
    fn drop(&mut self) {
        if let Some(record) = &self.0 {
            record.unmark_engine();
            change();
        }
    }
}
