//! Locks of `parking_lot` that the program uses, which are fair by the clock.
//!
//! Their waiters are in a table of the process. Each of its rows has a time from which on the next
//! unlock hands the lock over. The time is that at which the table was made, and more later on. The
//! table is made anew when more threads wait than ever before. If threads of a program did that, by
//! their virtual clock, it would come true in one execution and not in the next. So the table is made
//! large before they begin, by the real clock, of which the virtual one is far behind.

use std::sync::{Barrier, Once};
use std::thread;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// How many threads may wait at once before the table is made anew.
const WAITERS: usize = 32;

/// Makes the table large, once in a process.
pub(super) fn prepare() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let all = Barrier::new(WAITERS);
        thread::scope(|scope| {
            for _ in 0..WAITERS {
                let wait = || {
                    let lock = Mutex::new(());
                    Condvar::new().wait_for(&mut lock.lock(), Duration::ZERO);
                    all.wait();
                };
                scope.spawn(wait);
            }
        });
    });
}
