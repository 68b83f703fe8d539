//! Tells [what looks for races](crate::races) of the accesses.

use core::ffi::c_int;

use crate::memory::{self, Done};
pub(super) use crate::races::Sharing;
use crate::races::{Access, AccessType, MemoryOrder};

/// The calling thread is about to read these bytes. The call returns to `caller`.
#[inline]
pub(super) fn read(place: usize, size: usize, caller: usize) {
    memory::accessed(access(AccessType::Read, place, size, caller));
}

/// The same, before a write.
#[inline]
pub(super) fn write(place: usize, size: usize, caller: usize) {
    memory::accessed(access(AccessType::Write, place, size, caller));
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

/// It has replaced what was `found` by what is there now, and if so begun or ended to share a lock.
#[inline]
pub(super) fn updated<T>(
    place: *mut T,
    order: c_int,
    found: u64,
    caller: usize,
    sharing: Option<Sharing>,
) {
    memory::updated(
        atomic(place, caller),
        MemoryOrder::of_c(order),
        found,
        sharing,
    );
}

/// It has made a fence.
#[inline]
pub(super) fn fenced(order: c_int) {
    memory::fenced(MemoryOrder::of_c(order));
}

/// It has done this atomically.
#[inline]
pub(super) fn tell<T>(place: *mut T, done: Done, order: MemoryOrder, caller: usize) {
    memory::accessed_atomically(atomic(place, caller), order, done);
}

fn atomic<T>(place: *mut T, caller: usize) -> Access {
    access(AccessType::AtomicRead, place.addr(), size_of::<T>(), caller)
}

#[inline]
fn access(kind: AccessType, place: usize, size: usize, caller: usize) -> Access {
    Access {
        place,
        size,
        kind,
        site: caller,
    }
}
