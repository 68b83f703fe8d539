//! The scheduling point before an atomic access.

use super::sites::site;
use crate::engine::call::is_controlled;
use crate::engine::{self, is_to_pause};
use crate::memory;
use crate::operation::{Access, Object};

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
        if self.is_write {
            memory::written(place.addr(), size_of::<T>());
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

/// The calling thread is about to write `size` bytes at `place`.
#[inline]
pub(super) fn written(place: usize, size: usize) {
    memory::written(place, size);
}

/// The step under way reads or writes what lies there, without a point of its own. No run has to control the
/// calling thread.
pub(super) fn touch<T>(place: *mut T, is_write: bool) {
    let place = place.addr();
    let object = Object::Memory(place..place.saturating_add(size_of::<T>()));
    engine::touch(if is_write {
        Access::write(object)
    } else {
        Access::read(object)
    });
}
