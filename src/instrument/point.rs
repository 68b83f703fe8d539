//! The scheduling point before an atomic access.

use super::sites::site;
use crate::engine::call::is_controlled;
use crate::engine::{self, is_to_pause};
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

    /// Makes this access to what lies at `place`, by `access`; `look` tells what is there. If a run controls
    /// the calling thread, it stops before it. The call returns to `caller`.
    #[inline]
    pub(super) fn make<P, V: Into<u64>, T>(
        self,
        place: *mut P,
        caller: usize,
        look: impl Fn() -> V,
        access: impl FnOnce() -> T,
    ) -> T {
        if !is_controlled() {
            return access();
        }
        let Some(told) = self.stop(place.addr(), size_of::<P>(), caller) else {
            return access();
        };
        let before = look().into();
        let result = access();
        engine::note(&told, before, before != look().into());
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
        if is_to_pause() {
            engine::access_noted(site(self.name, caller), access.clone());
            Some(access)
        } else {
            // It unwinds: no point, but others may see what it does.
            engine::touch(access);
            None
        }
    }
}
