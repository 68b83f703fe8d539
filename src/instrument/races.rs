//! Tells [what looks for races](crate::races) of the accesses.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use crate::memory::{self, Done};
use crate::races::{AccessType, MemoryOrder};

/// The calling thread is about to read these bytes. The call returns to `caller`.
#[inline]
pub(super) fn read(place: usize, size: usize, caller: usize) {
    memory::accessed(AccessType::Read, place, size, caller);
}

/// The same, before a write.
#[inline]
pub(super) fn write(place: usize, size: usize, caller: usize) {
    memory::accessed(AccessType::Write, place, size, caller);
}

/// The calling thread has loaded what was `found`.
#[inline]
pub(super) fn loaded<T>(place: *mut T, order: c_int, found: u64, caller: usize) {
    tell(place, Done::Load(found), MemoryOrder::of_c(order), caller);
}

/// It has stored `left`.
#[inline]
pub(super) fn stored<T>(place: *mut T, order: c_int, left: u64, caller: usize) {
    tell(place, Done::Store(left), MemoryOrder::of_c(order), caller);
}

/// It has replaced what was `found` by what is there now.
#[inline]
pub(super) fn updated<T>(place: *mut T, order: c_int, found: u64, caller: usize) {
    if memory::tells_accesses() {
        let done = Done::Update([found, value(place)]);
        tell(place, done, MemoryOrder::of_c(order), caller);
    }
}

/// It has made a fence.
#[inline]
pub(super) fn fenced(order: c_int) {
    memory::fenced(MemoryOrder::of_c(order));
}

#[inline]
pub(super) fn tell<T>(place: *mut T, done: Done, order: MemoryOrder, caller: usize) {
    memory::accessed_atomically(done, order, place.addr(), size_of::<T>(), caller);
}

/// What lies there.
fn value<T>(place: *mut T) -> u64 {
    let order = Ordering::Relaxed;
    // SAFETY: the program accesses these bytes, as one atomic of this size.
    unsafe {
        match size_of::<T>() {
            1 => AtomicU8::from_ptr(place.cast()).load(order).into(),
            2 => AtomicU16::from_ptr(place.cast()).load(order).into(),
            4 => AtomicU32::from_ptr(place.cast()).load(order).into(),
            _ => AtomicU64::from_ptr(place.cast()).load(order),
        }
    }
}
