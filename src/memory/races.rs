//! What the threads of an execution do to memory, told by whoever sees it to what [looks for
//! races](crate::races).
//!
//! All of these do nothing on a thread that is none of an execution which looks for races, or when that is
//! over.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering};

use super::current::{current, outside, own};
use super::execution::{LOOKS_FOR_RACES, Set};
use super::thread::{NOBODY, ThreadMemory};
use crate::races::{Access, AccessType, MemoryOrder, Race, Races, Sharing};

/// Whether the execution under way has a race.
static HAS_RACE: AtomicBool = AtomicBool::new(false);

/// The execution that begins looks for races, or the one under way does not any more.
pub(crate) fn look_for_races(looks: bool) {
    if let Some(set) = Set::current() {
        if looks {
            HAS_RACE.store(false, Ordering::Relaxed);
            // SAFETY: no thread of the execution has begun.
            outside(|| unsafe { &mut *set.races.get() }.reset());
        }
        LOOKS_FOR_RACES.store(looks, Ordering::Relaxed);
    }
}

/// Whether the execution under way looks for races.
#[inline]
fn looks() -> bool {
    LOOKS_FOR_RACES.load(Ordering::Relaxed)
}

/// Whether the execution under way has a race.
#[inline]
pub(crate) fn has_race() -> bool {
    HAS_RACE.load(Ordering::Relaxed)
}

/// The first race of the execution under way.
pub(crate) fn first_race() -> Option<Race> {
    let set = Set::current().filter(|_| has_race())?;
    // SAFETY: nobody has the turn.
    unsafe { &*set.races.get() }.found().copied()
}

/// Calls `body` with what looks for races and the number of the thread that uses this memory.
#[inline]
fn look(memory: &ThreadMemory, body: impl FnOnce(&mut Races, usize) -> bool) {
    let thread = memory.racer.get();
    if looks()
        && thread != NOBODY
        && !memory.is_left.get()
        && let Some(set) = Set::current()
    {
        // SAFETY: the caller has the turn.
        let races = unsafe { &mut *set.races.get() };
        if outside(|| body(races, thread)) {
            HAS_RACE.store(true, Ordering::Relaxed);
        }
    }
}

/// As [`look`], on the calling thread where this library runs on it.
fn look_aside(body: impl FnOnce(&mut Races, usize)) {
    // SAFETY: what is there lives as long as the process.
    if let Some(own) = unsafe { own().as_ref() } {
        look(own, |races, thread| {
            body(races, thread);
            false
        });
    }
}

/// The calling thread makes a plain access.
// In each hook: then most of it is known where that is compiled.
#[allow(clippy::inline_always, reason = "see above")]
#[inline(always)]
pub(crate) fn accessed(access: Access) {
    if looks()
        && let Some(memory) = current()
        && !memory.is_silent.get()
        && !memory.is_left.get()
        && let Some(set) = Set::current()
    {
        memory.site.set(access.site);
        let thread = memory.racer.get();
        // SAFETY: the caller has the turn.
        if !unsafe { &*set.races.get() }.is_covered(thread, access) {
            // Each by itself, so that the usual case stores none of them.
            accessed_anew(memory, access.place, access.size, access.kind, access.site);
        }
    }
}

/// As [`accessed`], where that is not known already.
#[inline(never)]
fn accessed_anew(
    memory: &ThreadMemory,
    place: usize,
    length: usize,
    kind: AccessType,
    site: usize,
) {
    let access = Access {
        place,
        size: length,
        kind,
        site,
    };
    look(memory, |races, thread| races.access_anew(thread, access));
}

/// What an atomic access has done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Done {
    /// It has found this.
    Load(u64),
    /// It has left this.
    Store(u64),
    /// It has found this and left that.
    Update([u64; 2]),
    /// The same, by which it begins or ends to share a lock.
    Share(Sharing, [u64; 2]),
}

/// The calling thread has made an atomic access.
#[inline]
pub(crate) fn accessed_atomically(access: Access, order: MemoryOrder, done: Done) {
    if looks()
        && let Some(memory) = current()
    {
        note_atomic(memory, access, order, done);
    }
}

fn note_atomic(memory: &ThreadMemory, access: Access, order: MemoryOrder, done: Done) {
    memory.site.set(access.site);
    look(memory, |races, thread| match done {
        Done::Load(found) => races.load(thread, access, order, found),
        Done::Store(left) => races.store(thread, access, order, left),
        Done::Update(values) => races.update(thread, access, order, values, None),
        Done::Share(sharing, values) => races.update(thread, access, order, values, Some(sharing)),
    });
}

/// The calling thread has replaced what was `found` by what is there now.
#[inline]
pub(crate) fn updated(access: Access, order: MemoryOrder, found: u64, sharing: Option<Sharing>) {
    if looks() && current().is_some_and(|memory| memory.racer.get() != NOBODY) {
        let values = [found, value(access.place, access.size)];
        let done = match sharing {
            None => Done::Update(values),
            Some(sharing) => Done::Share(sharing, values),
        };
        accessed_atomically(access, order, done);
    }
}

/// The calling thread has made a fence.
#[inline]
pub(crate) fn fenced(order: MemoryOrder) {
    if let Some(memory) = current() {
        look(memory, |races, thread| {
            races.fence(thread, order);
            false
        });
    }
}

/// Plain accesses of the calling thread do not count until what this returns is dropped. What its atomic
/// ones order does.
pub(crate) fn silence() -> Silence {
    Silence(current().map(|memory| (memory, memory.is_silent.replace(true))))
}

/// See [`silence`].
pub(crate) struct Silence(Option<(&'static ThreadMemory, bool)>);

impl Drop for Silence {
    fn drop(&mut self) {
        if let Some((memory, before)) = self.0 {
            memory.is_silent.set(before);
        }
    }
}

/// The calling thread has started another.
pub(super) fn started(new: &ThreadMemory, number: usize) {
    new.racer.set(if number < NOBODY { number } else { NOBODY });
    look_aside(|races, thread| races.spawn(thread, number));
}

/// What is there has no history: it is a new block, or a stack that a thread begins with.
#[inline]
pub(super) fn renewed(memory: &ThreadMemory, place: usize, size: usize) {
    if looks()
        && !memory.is_left.get()
        && let Some(set) = Set::current()
    {
        // SAFETY: the caller has the turn.
        let races = unsafe { &mut *set.races.get() };
        races.clear(place, size);
    }
}

/// The calling thread has got a block of this size.
#[inline]
pub(crate) fn allocated(place: usize, size: impl FnOnce() -> usize) {
    if looks()
        && let Some(memory) = current()
    {
        outside(|| renewed(memory, place, size()));
    }
}

/// The calling thread is about to free a block of this size.
#[inline]
pub(crate) fn freed(place: usize, size: impl FnOnce() -> usize) {
    if looks()
        && let Some(memory) = current()
        && memory.racer.get() != NOBODY
    {
        let access = Access {
            place,
            size: outside(size),
            kind: AccessType::Free,
            site: memory.site.get(),
        };
        look(memory, |races, thread| races.free(thread, access, value));
    }
}

/// What lies at a place of this size, where an atomic is.
fn value(place: usize, size: usize) -> u64 {
    let order = Ordering::Relaxed;
    let place = std::ptr::with_exposed_provenance_mut::<u64>(place);
    // SAFETY: the program has accessed these bytes as one atomic of this size, and they are not freed yet.
    unsafe {
        match size {
            1 => AtomicU8::from_ptr(place.cast()).load(order).into(),
            2 => AtomicU16::from_ptr(place.cast()).load(order).into(),
            4 => AtomicU32::from_ptr(place.cast()).load(order).into(),
            _ => AtomicU64::from_ptr(place).load(order),
        }
    }
}

/// The calling thread has waited for the end of another.
pub(crate) fn joined(ended: usize) {
    look_aside(|races, thread| races.order(ended, thread));
}

/// The calling thread wakes another.
pub(crate) fn wakes(woken: usize) {
    look_aside(|races, thread| races.order(thread, woken));
}

/// The calling thread has acquired an object that is no atomic: a lock of C, say.
pub(crate) fn acquired(object: usize) {
    look_aside(|races, thread| races.acquire(thread, object));
}

/// The calling thread releases such an object.
pub(crate) fn released(object: usize) {
    look_aside(|races, thread| races.release(thread, object));
}

/// The calling thread has learnt something from the world outside, in which any thread may have had a part.
pub(crate) fn heard_from_outside() {
    look_aside(Races::acquire_all);
}
