//! The end of the process without what `exit` does before: `_exit`.

#![allow(
    clippy::used_underscore_items,
    reason = "the name in C begins with one"
)]

use libc::c_int;

use crate::engine::crash;

interpose! {
    plain fn _exit(status: c_int) -> !;
}

mod controlled {
    use super::*;

    /// _exit(2): does not return.
    pub(super) unsafe fn _exit(status: c_int) -> ! {
        crash::exits_at_once(status);
        // SAFETY: as the caller promises.
        unsafe { real::_exit(status) }
    }
}
