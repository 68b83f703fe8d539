//! Fences. They are no points: what they order are accesses, which are.

use core::ffi::c_int;
use core::sync::atomic::{Ordering, compiler_fence, fence};

use super::races::fenced;

extern "C" fn thread_fence(order: c_int) {
    fence(Ordering::SeqCst);
    fenced(order);
}

extern "C" fn signal_fence(_order: c_int) {
    compiler_fence(Ordering::SeqCst);
}

symbol!("__tsan_atomic_thread_fence", thread_fence);
symbol!("__tsan_atomic_signal_fence", signal_fence);
