//! Finds out whether std was optimized together with this program (`lto = "fat"` or `"thin"`).

use std::hint::black_box;
use std::sync::{Mutex, OnceLock};

/// Whether functions expect that a wait in std may unwind. They do not if the optimizer sees what
/// std calls there: then frames of the program itself cannot unwind.
pub(super) fn are_waits_expected_to_unwind() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let mut answer = false;
        lock_with_cleanup(black_box(&Mutex::new(())), &mut answer);
        answer
    })
}

/// Has a cleanup exactly if locking may unwind.
#[inline(never)]
fn lock_with_cleanup(mutex: &Mutex<()>, answer: &mut bool) {
    let _cleanup = Cleanup(answer);
    let _guard = mutex.lock();
}

/// Tells whether the function that drops it has a table of calls that may unwind.
struct Cleanup<'a>(&'a mut bool);

impl Drop for Cleanup<'_> {
    #[inline(never)]
    fn drop(&mut self) {
        let here = 0_u8;
        *self.0 = super::has_caller_a_table((&raw const here).cast());
    }
}
