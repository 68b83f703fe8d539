//! What is known of objects of C code, by their addresses.

use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

use super::sleep::real::sched_yield;

/// Values by number. Controlled threads of several runs use it at once, and must not wait for each
/// other in any run's model, so its lock is its own.
pub(super) struct Table<V> {
    is_locked: AtomicBool,
    entries: UnsafeCell<BTreeMap<usize, V>>,
}

// SAFETY: only who has locked it accesses the entries.
unsafe impl<V: Send> Sync for Table<V> {}

impl<V> Table<V> {
    pub(super) const fn new() -> Self {
        Table {
            is_locked: AtomicBool::new(false),
            entries: UnsafeCell::new(BTreeMap::new()),
        }
    }

    /// Runs `body`, which must be short and not wait, with all entries.
    pub(super) fn with<T>(&self, body: impl FnOnce(&mut BTreeMap<usize, V>) -> T) -> T {
        struct Unlock<'a>(&'a AtomicBool);
        impl Drop for Unlock<'_> {
            fn drop(&mut self) {
                self.0.store(false, Ordering::Release);
            }
        }
        while self.is_locked.swap(true, Ordering::Acquire) {
            // SAFETY: it has no arguments.
            unsafe { sched_yield() };
        }
        let _unlock = Unlock(&self.is_locked);
        // SAFETY: this thread has the lock until the end of the function.
        body(unsafe { &mut *self.entries.get() })
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn threads_use_a_table_one_at_a_time() {
        static TABLE: Table<u32> = Table::new();
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        TABLE.with(|it| *it.entry(7).or_default() += 1);
                    }
                });
            }
        });
        assert_eq!(TABLE.with(|it| it[&7]), 4000);
    }
}
