//! Finds out whether std was optimized together with this program (`lto = "fat"` or `"thin"`).

use std::hint::black_box;
use std::mem::forget;
use std::sync::{Barrier, Condvar, Mutex, Once, OnceLock, RwLock};
use std::thread;

use super::unwinder::has_table;

/// Whether functions expect that a wait in std may unwind. They do not if the optimizer sees what
/// std calls there: then frames of the program itself cannot unwind.
pub(super) fn are_waits_expected_to_unwind() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let mutex = &Mutex::new(());
        let condvar = &Condvar::new();
        let lock = &RwLock::new(());
        let (barrier, once) = (&Barrier::new(2), &Once::new());
        [
            is_expected_to_unwind(|| forget(mutex.lock())),
            is_expected_to_unwind(|| forget(lock.read())),
            is_expected_to_unwind(|| forget(lock.write())),
            mutex
                .lock()
                .is_ok_and(|guard| is_expected_to_unwind(|| forget(condvar.wait(guard)))),
            is_expected_to_unwind(|| _ = barrier.wait()),
            is_expected_to_unwind(|| once.call_once(|| ())),
            is_expected_to_unwind(thread::park),
        ]
        .iter()
        .all(|it| *it)
    })
}

/// Whether this function has a table of calls that may unwind, as it needs for cleaning up after
/// `wait`, which is compiled into it but not called. No other call is in reach of the cleanup.
#[inline(never)]
fn is_expected_to_unwind(wait: impl FnOnce()) -> bool {
    let here = 0_u8;
    if black_box(false) {
        let _cleanup = Cleanup;
        wait();
    }
    has_table(&raw const here)
}

struct Cleanup;

impl Drop for Cleanup {
    fn drop(&mut self) {
        black_box(());
    }
}
