//! The scheduling point before an atomic access.

use super::role::Role;
use super::sites::{code_site, site};
use crate::engine::call::is_controlled;
use crate::engine::{self, LockWord, is_to_pause};
use crate::operation::{Access, Found, Object};

/// An access that is about to be made.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) is_write: bool,
    /// Whether it is a compare-and-swap from 0, which may acquire a lock.
    is_from_zero: bool,
}

impl Operation {
    pub(super) const fn read(name: &'static str) -> Self {
        let (is_write, is_from_zero) = (false, false);
        Operation {
            name,
            is_write,
            is_from_zero,
        }
    }

    pub(super) const fn write(name: &'static str) -> Self {
        Operation::exchange(name, false)
    }

    /// A compare-and-swap.
    pub(super) const fn exchange(name: &'static str, is_from_zero: bool) -> Self {
        let is_write = true;
        Operation {
            name,
            is_write,
            is_from_zero,
        }
    }

    /// Makes this access to what lies at `place`, by `access`, which returns whether it has written; `look`
    /// tells what is there. If a run controls the calling thread, it stops before it. The call returns to
    /// `caller`.
    #[inline]
    pub(super) fn make<P, V: Into<u64>, T>(
        self,
        place: *mut P,
        caller: usize,
        look: impl Fn() -> V,
        access: impl FnOnce() -> (T, bool),
    ) -> T {
        if !is_controlled() {
            return access().0;
        }
        let Some(told) = self.stop(place.addr(), size_of::<P>(), caller) else {
            return access().0;
        };
        let before = look().into();
        let (result, has_written) = access();
        let found = Found {
            value: before,
            has_changed: before != look().into(),
        };
        engine::note(&told, found);
        // Futexes have four bytes.
        if self.is_from_zero && !has_written && size_of::<P>() == size_of::<u32>() {
            engine::exchange_failed(&code_site(self.name, caller).lock, place.addr());
        }
        result
    }

    /// Stops before the access. Returns it if what it has found is to be told.
    #[inline(never)]
    fn stop(self, place: usize, size: usize, caller: usize) -> Option<Access> {
        let object = Object::Memory(place..place.saturating_add(size));
        let access = if self.is_write {
            Access::write(object)
        } else {
            Access::read(object)
        };
        if !is_to_pause() {
            // It unwinds: no point, but others may see what it does.
            engine::touch(access);
            return None;
        }
        if self.is_from_zero {
            self.stop_from_zero(place, size, caller, access.clone());
        } else {
            engine::access_noted(site(self.name, caller), access.clone());
        }
        Some(access)
    }

    fn stop_from_zero(self, place: usize, size: usize, caller: usize, access: Access) {
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
        engine::acquire_word(&site.site, &site.lock, word, access);
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
