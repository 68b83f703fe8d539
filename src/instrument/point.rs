//! The scheduling point before an atomic access.

use super::role::Role;
use super::sites::{code_site, site};
use crate::engine::call::is_controlled;
use crate::engine::{self, LockWord, is_to_pause};
use crate::operation::{Access, Object};

/// What an update changes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changes {
    /// A count of references, at whose value nobody looks but to see whether it is the last.
    Count,
    Value,
}

/// An access that is about to be made.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) is_write: bool,
}

impl Operation {
    pub(super) const fn read(name: &'static str) -> Self {
        let is_write = false;
        Operation { name, is_write }
    }

    pub(super) const fn write(name: &'static str) -> Self {
        let is_write = true;
        Operation { name, is_write }
    }

    /// Stops the calling thread, if a run controls it, before it makes this access to what lies at
    /// `place`. The call returns to `caller`.
    #[inline]
    pub(super) fn point<T>(self, place: *mut T, caller: usize) {
        if is_controlled() {
            self.stop(place.addr(), size_of::<T>(), caller);
        }
    }

    /// As [`point`](Self::point), before a compare-and-swap from 0: it may acquire a lock.
    #[inline]
    pub(super) fn point_from_zero<T>(self, place: *mut T, caller: usize) {
        if is_controlled() {
            self.stop_from_zero(place.addr(), size_of::<T>(), caller);
        }
    }

    /// As [`point`](Self::point), before an update of what is there. Tells what that changes.
    #[inline]
    pub(super) fn point_of_update<T>(self, place: *mut T, caller: usize) -> Changes {
        if is_controlled() {
            self.stop_to_update(place.addr(), size_of::<T>(), caller)
        } else {
            Changes::Value
        }
    }

    #[inline(never)]
    fn stop_to_update(self, place: usize, size: usize, caller: usize) -> Changes {
        let site = code_site(self.name, caller);
        let of: fn(Object) -> Access = match site.role() {
            Role::Increment => Access::increment,
            Role::Decrement => Access::decrement,
            _ => Access::write,
        };
        let access = of(Object::Memory(place..place.saturating_add(size)));
        let is_count = access.is_count();
        if is_to_pause() {
            engine::access(&site.site, access);
        } else {
            engine::touch(access);
        }
        if is_count {
            Changes::Count
        } else {
            Changes::Value
        }
    }

    /// An update has found this count.
    #[inline(never)]
    pub(super) fn found(self, count: u64) {
        if is_controlled() {
            engine::count(count);
        }
    }

    /// A compare-and-swap from 0 has failed.
    #[cold]
    pub(super) fn failed<T>(self, place: *mut T, caller: usize) {
        // Futexes have four bytes.
        if size_of::<T>() == size_of::<u32>() && is_to_pause() {
            engine::exchange_failed(&code_site(self.name, caller).lock, place.addr());
        }
    }

    #[inline(never)]
    fn stop_from_zero(self, place: usize, size: usize, caller: usize) {
        let object = Object::Memory(place..place.saturating_add(size));
        if is_to_pause() {
            let site = code_site(self.name, caller);
            let is_free = match (site.role(), size) {
                (Role::LockBit, _) => is_even,
                (_, 1) => is_zero::<u8>,
                (_, 2) => is_zero::<u16>,
                (_, 4) => is_zero::<u32>,
                _ => is_zero::<u64>,
            };
            let word = LockWord {
                address: place,
                is_free,
                is_shared: false,
            };
            engine::acquire_word(&site.site, &site.lock, word, object);
        } else {
            engine::touch(Access::write(object));
        }
    }

    #[inline(never)]
    fn stop(self, place: usize, size: usize, caller: usize) {
        let object = Object::Memory(place..place.saturating_add(size));
        let access = if self.is_write {
            Access::write(object)
        } else {
            Access::read(object)
        };
        if is_to_pause() {
            engine::access(site(self.name, caller), access);
        } else {
            // It unwinds: no point, but others may see what it does.
            engine::touch(access);
        }
    }
}

/// Whether a word of this type is 0. A thread is paused before an access to it, so it is there.
fn is_zero<T: Copy + Default + PartialEq>(address: usize) -> bool {
    let word = std::ptr::with_exposed_provenance::<T>(address);
    // SAFETY: as above; others that access it are paused too.
    unsafe { word.read_volatile() == T::default() }
}

/// Whether the lowest bit of the byte is not set.
fn is_even(address: usize) -> bool {
    let byte = std::ptr::with_exposed_provenance::<u8>(address);
    // SAFETY: as above.
    unsafe { byte.read_volatile() }.is_multiple_of(2)
}
