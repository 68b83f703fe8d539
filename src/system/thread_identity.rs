//! Which thread the calling one is, and where its stack is: `gettid`, `pthread_getattr_np`.
//!
//! std asks for both on each thread that it starts. A fiber's answers are its own; those of the system would be
//! the carrier's.

use std::ffi::c_void;
use std::ptr;

use libc::{c_int, pid_t, pthread_attr_t, pthread_t};

use crate::engine::call;

interpose! {
    always fn gettid() -> pid_t;
    always fn pthread_getattr_np(thread: pthread_t, attributes: *mut pthread_attr_t) -> c_int;
}

mod controlled {
    use super::*;

    /// `gettid(2)`: of a fiber, the id of the thread whose block it has. Nobody else has that.
    pub(super) unsafe fn gettid() -> pid_t {
        match call::own_stack_and_id() {
            Some((_, id)) => id,
            // SAFETY: it has no arguments.
            None => unsafe { real::gettid() },
        }
    }

    /// `pthread_getattr_np(3)`: 0, or the number of the error.
    pub(super) unsafe fn pthread_getattr_np(
        thread: pthread_t,
        attributes: *mut pthread_attr_t,
    ) -> c_int {
        // SAFETY: it has no arguments.
        let is_own = thread == unsafe { libc::pthread_self() };
        match call::own_stack_and_id().filter(|_| is_own) {
            Some(((low, high), _)) => {
                let low: *mut c_void = ptr::with_exposed_provenance_mut(low);
                // SAFETY: the caller promises that there is room for attributes, which are made here first.
                // Those that are not set are the defaults: they tell nothing of a thread that runs.
                unsafe {
                    match libc::pthread_attr_init(attributes) {
                        0 => libc::pthread_attr_setstack(attributes, low, high - low.addr()),
                        error => error,
                    }
                }
            }
            // SAFETY: as the caller promises.
            None => unsafe { real::pthread_getattr_np(thread, attributes) },
        }
    }
}
