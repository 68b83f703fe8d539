//! What was in blocks of the heap, and in what else is no static, before an execution wrote to it.

use std::cell::{Cell, UnsafeCell};
use std::collections::BTreeMap;
use std::hint;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::undo_log::{Line, for_each_line};

thread_local! {
    /// Whether the calling thread has the lock: what it frees then are lines.
    static HAS_LOCKED: Cell<bool> = const { Cell::new(false) };
}

/// Lines by their addresses. Any thread of the process may free such a block, so there is a lock: one
/// that no run sees.
#[derive(Debug)]
pub(super) struct HeapLog {
    is_locked: AtomicBool,
    has_any: AtomicBool,
    /// All that was noted lies between these addresses.
    low: AtomicUsize,
    high: AtomicUsize,
    lines: UnsafeCell<BTreeMap<usize, Line>>,
}

// SAFETY: only who has locked it uses the lines.
unsafe impl Sync for HeapLog {}

impl HeapLog {
    pub(super) const fn new() -> Self {
        HeapLog {
            is_locked: AtomicBool::new(false),
            has_any: AtomicBool::new(false),
            low: AtomicUsize::new(usize::MAX),
            high: AtomicUsize::new(0),
            lines: UnsafeCell::new(BTreeMap::new()),
        }
    }

    /// Keeps what `size` bytes at `place` hold.
    ///
    /// # Safety
    ///
    /// They can be read.
    pub(super) unsafe fn note(&self, place: usize, size: usize) {
        self.has_any.store(true, Ordering::Relaxed);
        self.low.fetch_min(place, Ordering::Relaxed);
        self.high
            .fetch_max(place.saturating_add(size), Ordering::Relaxed);
        self.with(|lines| {
            for_each_line(place, size, |start, range| {
                let line = lines.entry(start).or_insert_with(|| Line::new(start));
                // SAFETY: as the caller promises.
                unsafe { line.keep(range) };
            });
        });
    }

    /// What is there is no more.
    #[inline]
    pub(super) fn forget(&self, place: usize, size: usize) {
        let end = place.saturating_add(size);
        let may_be_noted = self.has_any()
            && end > self.low.load(Ordering::Relaxed)
            && place < self.high.load(Ordering::Relaxed);
        if may_be_noted && !HAS_LOCKED.get() {
            self.forget_some(place..end);
        }
    }

    /// Whether anything would be put back.
    #[inline]
    pub(super) fn has_any(&self) -> bool {
        self.has_any.load(Ordering::Relaxed)
    }

    #[cold]
    fn forget_some(&self, range: Range<usize>) {
        /// More than a line has.
        const FAR: usize = 64;
        self.with(|lines| {
            let near = range.start.saturating_sub(FAR)..range.end;
            let mut empty = Vec::new();
            for (start, line) in lines.range_mut(near) {
                line.forget(&range);
                if line.is_empty() {
                    empty.push(*start);
                }
            }
            for start in empty {
                lines.remove(&start);
            }
        });
    }

    /// Puts back what was there, and begins anew.
    ///
    /// # Safety
    ///
    /// What was not forgotten is still there, and nobody relies on what it holds now.
    pub(super) unsafe fn put_back(&self) {
        if self.has_any.swap(false, Ordering::Relaxed) {
            self.low.store(usize::MAX, Ordering::Relaxed);
            self.high.store(0, Ordering::Relaxed);
            self.with(|lines| {
                for line in std::mem::take(lines).into_values() {
                    // SAFETY: as the caller promises.
                    unsafe { line.put_back() };
                }
            });
        }
    }

    fn with<T>(&self, body: impl FnOnce(&mut BTreeMap<usize, Line>) -> T) -> T {
        while self.is_locked.swap(true, Ordering::Acquire) {
            hint::spin_loop();
        }
        HAS_LOCKED.set(true);
        // SAFETY: this thread has the lock until the end of the function.
        let result = body(unsafe { &mut *self.lines.get() });
        HAS_LOCKED.set(false);
        self.is_locked.store(false, Ordering::Release);
        result
    }
}
