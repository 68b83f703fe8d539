//! A flag of a thread that is set for a time.

use std::cell::Cell;

/// Sets `flag` for the time of `body`, and back however it ends.
#[inline]
pub(super) fn with<T>(
    flag: &'static std::thread::LocalKey<Cell<bool>>,
    value: bool,
    body: impl FnOnce() -> T,
) -> T {
    struct Back(&'static std::thread::LocalKey<Cell<bool>>, bool);
    impl Drop for Back {
        fn drop(&mut self) {
            self.0.set(self.1);
        }
    }
    let _back = Back(flag, flag.replace(value));
    body()
}
