//! Fences. They are no points: what they order are accesses, which are.

use core::ffi::c_int;
use core::sync::atomic::{Ordering, compiler_fence, fence};

use super::mutant::Mutation;
use super::races::fenced;

type Unused = usize;

extern "C" fn thread_fence(
    order: c_int,
    _: Unused,
    _: Unused,
    _: Unused,
    _: Unused,
    caller: usize,
) {
    if Mutation::at(caller, [order, 0]) == Mutation::Relaxed {
        return;
    }
    fence(Ordering::SeqCst);
    fenced(order);
}

extern "C" fn signal_fence(_order: c_int) {
    compiler_fence(Ordering::SeqCst);
}

symbol!("__tsan_atomic_thread_fence", thread_fence);
symbol!("__tsan_atomic_signal_fence", signal_fence);
