//! What C code does once: `pthread_once`.
//!
//! `pthread_once(3p)`: 0, when the routine has been called by this thread or another. The real
//! function calls it, since it knows whether that was done before.

use std::sync::atomic::{AtomicI32, Ordering};

use libc::c_int;

use super::queue;
use super::table::Table;
use crate::memory::{self, Owner};

/// `pthread_once_t`.
type Once = c_int;

interpose! {
    sleeps fn pthread_once(once: *mut Once, routine: extern "C-unwind" fn()) -> c_int;
}

/// Those whose routine a controlled thread calls.
static UNDER_WAY: Table<()> = Table::new();

mod controlled {
    use super::*;

    pub(super) unsafe fn pthread_once(once: *mut Once, routine: extern "C-unwind" fn()) -> c_int {
        /// Lets others try, even if the routine unwinds.
        struct Leave(usize);
        impl Drop for Leave {
            fn drop(&mut self) {
                memory::released(self.0);
                UNDER_WAY.with(|them| them.remove(&self.0));
                queue::wake(self.0, usize::MAX);
            }
        }
        /// What glibc writes when the routine has returned.
        const DONE: Once = 2;
        // SAFETY: the caller promises a `pthread_once_t`, which all access atomically.
        if unsafe { AtomicI32::from_ptr(once) }.load(Ordering::Acquire) == DONE {
            memory::acquired(once.addr());
            return 0;
        }
        let address = once.addr();
        while UNDER_WAY.with(|them| them.contains_key(&address)) {
            queue::wait(address, None);
        }
        memory::acquired(address);
        UNDER_WAY.with(|them| them.insert(address, ()));
        let _leave = Leave(address);
        // SAFETY: as the caller promises. No other thread of the run is in it.
        Owner::last_run(|| unsafe { real::pthread_once(once, routine) })
    }
}
