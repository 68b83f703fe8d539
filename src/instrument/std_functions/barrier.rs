//! `Barrier`: a lock over two numbers, and a condition variable.

use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::Barrier;

use super::super::point::written;
use super::word::Word;
use super::{condvar, mutex};
use crate::engine::call::is_controlled;

/// How it lies in memory. All but the number of threads are 0 at first.
#[repr(C)]
struct Layout {
    lock: u32,
    /// How many have come.
    count: usize,
    /// How often all have come.
    generation: usize,
    threads: usize,
    bell: u32,
}

const _: () = assert!(size_of::<Barrier>() == size_of::<Layout>());
const _: () = {
    let barrier = ManuallyDrop::new(Barrier::new(7));
    // SAFETY: it is as large, and all its fields are numbers.
    let layout = unsafe { &*(&raw const barrier).cast::<Layout>() };
    assert!(layout.threads == 7 && layout.count == 0 && layout.generation == 0);
    assert!(layout.lock == 0 && layout.bell == 0);
};

unsafe extern "C-unwind" {
    safe fn interlace_real_barrier_wait(barrier: usize) -> bool;
}

/// Returns whether the caller is the leader: the last that comes.
pub(super) unsafe extern "C-unwind" fn wait(
    barrier: usize,
    _: usize,
    _: usize,
    _: usize,
    _: usize,
    caller: usize,
) -> bool {
    if !is_controlled() {
        return interlace_real_barrier_wait(barrier);
    }
    let layout = ptr::with_exposed_provenance_mut::<Layout>(barrier);
    // SAFETY: the barrier lives as long as the call, and its numbers are changed with the lock only.
    unsafe {
        let [lock, bell] = [&raw mut (*layout).lock, &raw mut (*layout).bell]
            .map(|word| Word::at(word.addr(), caller));
        mutex::lock(lock, 2);
        let generation = (*layout).generation;
        set(&raw mut (*layout).count, (*layout).count + 1);
        let is_leader = (*layout).count >= (*layout).threads;
        if is_leader {
            set(&raw mut (*layout).count, 0);
            set(&raw mut (*layout).generation, generation.wrapping_add(1));
            condvar::notify(bell, i32::MAX as usize);
        } else {
            while (*layout).generation == generation {
                condvar::wait_with(bell, lock, None);
            }
        }
        lock.stop("unlock", 3);
        mutex::unlock(lock);
        is_leader
    }
}

/// # Safety
///
/// It is a number of a barrier whose lock the caller holds.
unsafe fn set(number: *mut usize, value: usize) {
    written(number.addr(), size_of::<usize>());
    // SAFETY: as the caller promises.
    unsafe { *number = value };
}
