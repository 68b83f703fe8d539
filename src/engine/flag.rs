//! Thread-local values that are set while a closure runs.

use std::cell::Cell;
use std::thread::LocalKey;

/// Sets `cell` while `body` runs, and restores it even if that unwinds.
#[inline]
pub(super) fn with<V: Copy + 'static, T>(
    cell: &'static LocalKey<Cell<V>>,
    value: V,
    body: impl FnOnce() -> T,
) -> T {
    struct Back<V: Copy + 'static>(&'static LocalKey<Cell<V>>, V);
    impl<V: Copy> Drop for Back<V> {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _back = Back(cell, cell.replace(value));
    body()
}
