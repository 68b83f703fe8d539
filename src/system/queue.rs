//! Waiting in the queue of a lock of C code, which is named by the lock's address.

use std::time::Duration;

use crate::engine::call::{self, Wait, WaitEnd};

/// Waits for a lock or condition at this address. C code calls: it may not be able to unwind.
pub(super) fn wait(address: usize, deadline: Option<Duration>) -> WaitEnd {
    call::wait(Wait {
        queue: address,
        expected: None,
        mask: u32::MAX,
        call: None,
        deadline,
        may_be_spurious: false,
        hook: None,
    })
}

/// Wakes at most `count` of those that wait for what is at this address. Returns how many.
pub(super) fn wake(address: usize, count: usize) -> usize {
    call::wake(address, count, u32::MAX)
}

/// Tries until it is not busy any more, waiting at `address` in between. Returns what the last try
/// did, or `ETIMEDOUT`. Before each wait it is tried once more when all is done that threads which no
/// run controls are about to do.
pub(super) fn retry(
    address: usize,
    deadline: Option<Duration>,
    busy: libc::c_int,
    mut attempt: impl FnMut() -> libc::c_int,
) -> libc::c_int {
    loop {
        let result = attempt();
        if result != busy {
            return result;
        }
        call::settle();
        let result = attempt();
        if result != busy {
            return result;
        }
        if wait(address, deadline) == WaitEnd::TimedOut {
            return libc::ETIMEDOUT;
        }
    }
}
