//! The scheduling point before an atomic access.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

use super::races::Sharing;
use super::role::Role;
pub(super) use super::seen::Seen;
use super::sites::{code_site, known_lock, site};
use crate::engine::call::is_controlled;
use crate::engine::{self, LockWord, ScopePlaces, is_to_pause};
use crate::memory;
use crate::operation::{AccessKind, MemoryAccess};

/// What an update changes.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Changes {
    /// A count of references, at whose value nobody looks but to see whether it is the last.
    Count,
    /// The number of those that read under a lock.
    Readers,
    Value,
}

impl Changes {
    /// What it does to a lock, as far as others share it.
    pub(super) fn sharing(self) -> Option<Sharing> {
        (self == Changes::Readers).then_some(Sharing::Ends)
    }

    /// The update of what is at `place` is made, and has found this there.
    #[inline(never)]
    pub(super) fn tell<T>(&self, place: *mut T, found: u64) {
        match self {
            _ if !is_controlled() => {}
            Changes::Count => engine::count(found),
            Changes::Readers => engine::end_reading(place.addr()),
            Changes::Value => {}
        }
    }
}

/// What an access does that is about to be made. Passed by reference: to copy what was just stored takes long.
pub(super) struct Operation {
    name: &'static str,
    is_write: bool,
}

/// What it is done with.
type Operands = (u64, u64);

impl Operation {
    pub(super) const fn read(name: &'static str) -> Self {
        Operation {
            name,
            is_write: false,
        }
    }

    pub(super) const fn write(name: &'static str) -> Self {
        Operation {
            name,
            is_write: true,
        }
    }

    /// Stops the calling thread, if a run controls it, before it makes this access to what lies at
    /// `place`. The call returns to `caller`.
    #[inline]
    pub(super) fn point<T>(&self, place: *mut T, caller: usize, operands: Operands) {
        if is_controlled() {
            self.stop(place.addr(), size_of::<T>(), caller, operands);
        }
        if self.is_write {
            written(place.addr(), size_of::<T>());
        }
    }

    /// As [`point`](Self::point), before an access that a function of std makes. Nobody tells what that finds.
    pub(super) fn point_of_std<T>(&self, place: *mut T, caller: usize) {
        if is_controlled() && is_point() {
            let access = self.access(place.addr(), size_of::<T>());
            engine::access(site(self.name, caller), access);
        }
    }

    /// As [`point_of_std`](Self::point_of_std), where what is called waits until the word is 0.
    pub(super) fn point_of_lock(&self, place: *mut u32, caller: usize) {
        let (address, size) = (place.addr(), size_of::<u32>());
        if is_controlled() && is_point() {
            let word = LockWord {
                address,
                is_free: is_zero::<u32>,
                is_shared: false,
            };
            let access = bytes(AccessKind::Write, address, size);
            engine::acquire_word(site(self.name, caller), known_lock(), word, access, (0, 0));
        }
    }

    #[inline]
    fn access(&self, place: usize, size: usize) -> MemoryAccess {
        bytes(of_kind(self.is_write), place, size)
    }

    /// As [`point`](Self::point), before a load, which may begin to acquire a lock.
    #[inline]
    pub(super) fn point_of_load<T>(&self, place: *mut T, caller: usize) {
        if is_controlled() {
            let (address, size) = (place.addr(), size_of::<T>());
            // Those of std's locks that are acquired so have four bytes.
            if size == size_of::<u32>() {
                self.stop_to_look(address, caller);
            } else if size == size_of::<usize>() && HAVE_SCOPES.load(Ordering::Relaxed) {
                self.stop_to_end(address, caller);
            } else {
                self.stop(address, size, caller, (0, 0));
            }
        }
    }

    /// The load may be of the count of a scope's threads, at its end.
    #[inline(never)]
    fn stop_to_end(&self, place: usize, caller: usize) {
        if !is_point() || !engine::await_scope(site(self.name, caller), place, is_one) {
            self.stop(place, size_of::<usize>(), caller, (0, 0));
        }
    }

    #[inline(never)]
    fn stop_to_look(&self, place: usize, caller: usize) {
        let size = size_of::<u32>();
        let code = code_site(self.name, caller);
        if code.role() == Role::ReadLock && is_point() {
            let word = LockWord {
                address: place,
                is_free: may_read,
                is_shared: true,
            };
            let look = bytes(AccessKind::Read, place, size);
            engine::acquire_word(&code.site, &code.lock, word, look, (0, 0));
        } else {
            self.stop(place, size, caller, (0, 0));
        }
    }

    /// As [`point`](Self::point), before a compare-and-swap. If it is one from 0, it may acquire a lock. Tells
    /// whether it shares one.
    #[inline]
    pub(super) fn point_of_exchange<T>(
        &self,
        place: *mut T,
        caller: usize,
        operands: Operands,
    ) -> Option<Sharing> {
        let (address, size) = (place.addr(), size_of::<T>());
        let sharing = is_controlled()
            .then(|| self.stop_to_exchange(address, size, caller, operands))
            .flatten();
        written(address, size);
        sharing
    }

    #[inline(never)]
    fn stop_to_exchange(
        &self,
        place: usize,
        size: usize,
        caller: usize,
        operands: Operands,
    ) -> Option<Sharing> {
        let code = code_site(self.name, caller);
        let access = bytes(AccessKind::Write, place, size);
        if !is_point() {
            engine::touch(access.access());
        } else if code.role() == Role::ReadExchange && engine::is_lock(&code.lock) {
            // It belongs to the step that has begun with a look at the word.
            return Some(Sharing::Begins);
        } else if operands.0 == 0 {
            let is_free = match (code.role(), size) {
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
            engine::acquire_word(&code.site, &code.lock, word, access, operands);
        } else {
            engine::access_noted(&code.site, access, operands);
        }
        None
    }

    /// As [`point`](Self::point), before an update of what is there. Tells what that changes.
    #[inline]
    pub(super) fn point_of_update<T>(&self, place: *mut T, caller: usize, operand: u64) -> Changes {
        let changes = if is_controlled() {
            self.stop_to_update(place.addr(), size_of::<T>(), caller, operand)
        } else {
            Changes::Value
        };
        written(place.addr(), size_of::<T>());
        changes
    }

    #[inline(never)]
    fn stop_to_update(&self, place: usize, size: usize, caller: usize, operand: u64) -> Changes {
        let code = code_site(self.name, caller);
        let (kind, changes) = match code.role() {
            Role::Increment => (AccessKind::Increment, Changes::Count),
            Role::Decrement => (AccessKind::Decrement, Changes::Count),
            Role::ReadUnlock if engine::reads_under(place) => {
                (AccessKind::ReleaseShared, Changes::Readers)
            }
            Role::WriteUnlock => (AccessKind::Release, Changes::Value),
            _ => (AccessKind::Write, Changes::Value),
        };
        let access = bytes(kind, place, size);
        if is_point() {
            engine::access_noted(&code.site, access, (operand, 0));
        } else {
            engine::touch(access.access());
        }
        changes
    }

    /// A compare-and-swap from 0 has failed.
    #[cold]
    pub(super) fn failed<T>(&self, place: *mut T, caller: usize) {
        // Futexes have four bytes.
        if size_of::<T>() == size_of::<u32>() && is_point() {
            engine::exchange_failed(&code_site(self.name, caller).lock, place.addr());
        }
    }

    #[inline(never)]
    fn stop(&self, place: usize, size: usize, caller: usize, operands: Operands) {
        let access = self.access(place, size);
        if is_point() {
            engine::access_noted(site(self.name, caller), access, operands);
        } else {
            // It unwinds, or prints: no point, but others may see what it does.
            engine::touch(access.access());
        }
    }
}

/// Whether any thread has begun a scope.
static HAVE_SCOPES: AtomicBool = AtomicBool::new(false);

/// The calling thread is about to start the first thread of a scope.
pub(super) fn begin_scope(scope: ScopePlaces) {
    if is_point() {
        HAVE_SCOPES.store(true, Ordering::Relaxed);
        engine::begin_scope(scope);
    }
}

/// Whether the calling thread stops at its accesses.
#[inline]
fn is_point() -> bool {
    is_to_pause() && !HAS_NO_POINTS.get()
}

thread_local! {
    static HAS_NO_POINTS: Cell<bool> = const { Cell::new(false) };
}

/// Runs `body` on the calling thread without points at its accesses.
pub(super) fn without_points(body: impl FnOnce()) {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            HAS_NO_POINTS.set(self.0);
        }
    }
    let _restore = Restore(HAS_NO_POINTS.replace(true));
    let _silence = memory::silence();
    body();
}

/// The calling thread is about to write `size` bytes at `place`.
#[inline]
pub(super) fn written(place: usize, size: usize) {
    memory::written(place, size);
}

/// The step under way reads or writes what lies there, without a point of its own. No run has to control the
/// calling thread.
pub(super) fn touch<T>(place: *mut T, is_write: bool) {
    engine::touch(bytes(of_kind(is_write), place.addr(), size_of::<T>()).access());
}

#[inline]
const fn of_kind(is_write: bool) -> AccessKind {
    if is_write {
        AccessKind::Write
    } else {
        AccessKind::Read
    }
}

/// An access to an atomic of this size.
#[allow(clippy::cast_possible_truncation, reason = "none has more than 16")]
#[inline]
const fn bytes(kind: AccessKind, place: usize, size: usize) -> MemoryAccess {
    MemoryAccess::new(kind, place, size as u32)
}

/// Whether a lock of std with this word can be acquired to read: there is no writer, nobody waits, and there
/// are not as many readers as can be.
fn may_read(address: usize) -> bool {
    const MAX_READERS: u32 = (1 << 30) - 2;
    let word = std::ptr::with_exposed_provenance::<u32>(address);
    // SAFETY: a thread is paused before an access to it, so it is there; others that access it are paused too.
    unsafe { word.read_volatile() < MAX_READERS }
}

/// Whether a word of this type is 0.
fn is_zero<T: Copy + Default + PartialEq>(address: usize) -> bool {
    let word = std::ptr::with_exposed_provenance::<T>(address);
    // SAFETY: as above.
    unsafe { word.read_volatile() == T::default() }
}

/// Whether a count of references is 1.
fn is_one(address: usize) -> bool {
    let word = std::ptr::with_exposed_provenance::<usize>(address);
    // SAFETY: as above.
    unsafe { word.read_volatile() == 1 }
}

/// Whether the lowest bit of the byte is not set.
fn is_even(address: usize) -> bool {
    let byte = std::ptr::with_exposed_provenance::<u8>(address);
    // SAFETY: as above.
    unsafe { byte.read_volatile() }.is_multiple_of(2)
}
