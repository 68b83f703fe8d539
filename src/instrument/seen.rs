//! What an access has found, and whether it has changed that.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use crate::engine;
use crate::engine::call::is_controlled;
use crate::operation::{AccessKind, MemoryAccess};

/// What lies at a place before an access; nothing if no run controls the calling thread.
pub(super) struct Seen(Option<u64>);

impl Seen {
    #[inline]
    pub(super) fn at<T>(place: *mut T) -> Self {
        Seen(is_controlled().then(|| value(place)))
    }

    /// The access has been made.
    #[inline]
    pub(super) fn tell<T>(self, place: *mut T) {
        if let Seen(Some(before)) = self {
            engine::note(access(place), before, value(place));
        }
    }
}

/// What it is, its point knows: where is all that is asked.
#[allow(clippy::cast_possible_truncation, reason = "at most 8")]
#[inline]
fn access<T>(place: *mut T) -> MemoryAccess {
    MemoryAccess::new(AccessKind::Write, place.addr(), size_of::<T>() as u32)
}

/// What lies there.
#[inline]
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
