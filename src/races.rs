//! Data races of one execution, by happens-before. Pure: threads, places and sites are numbers.
//!
//! Two accesses of different threads to a common byte race if at least one of them writes, not both are
//! atomic, and neither happens before the other. What happens before what is that of C11 with the release
//! sequences of C++20, which is Rust's: read-modify-writes continue a sequence, whoever makes them; any other
//! store ends it, also one of the thread that began it. Consume counts as acquire. That sequentially
//! consistent accesses have one order orders nothing else.
//!
//! It is found out as in Flanagan and Freund, *`FastTrack`: efficient and precise dynamic race detection*
//! (PLDI 2009): each thread has a vector clock, which moves where it releases; an access is known by its thread and
//! the time of that; and of the accesses to a byte those are kept that no later one stands for. That is exact:
//! the first access that races with an earlier one is found.

#![cfg_attr(not(interlace), allow(dead_code, reason = "for instrumented builds"))]

mod access;
mod atomics;
mod clocks;
mod granule;
mod mutant;
mod order;
mod shadow;
mod vector_clock;

use std::collections::BTreeMap;

pub use access::AccessType;
#[cfg(test)]
pub(crate) use access::Passed;
pub(crate) use access::{Access, Race, RacingSide};
use atomics::Atomics;
use clocks::Clocks;
use granule::{Entry, Judged, mask};
use mutant::Mutant;
pub use order::MemoryOrder;
use shadow::{GRANULE, Shadow};
use vector_clock::VectorClock;

/// What an update does to a lock that several may share, as readers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sharing {
    Begins,
    Ends,
}

/// What the threads of one execution have accessed, and what orders that.
#[derive(Debug, Default)]
pub(crate) struct Races {
    clocks: Clocks,
    shadow: Shadow,
    atomics: Atomics,
    /// What locks, and other objects that are no atomics, were released with: by their addresses.
    released: BTreeMap<usize, VectorClock>,
    found: Option<Race>,
}

impl Races {
    /// Another execution begins. Memory is kept for it.
    pub(crate) fn reset(&mut self) {
        self.clocks.reset();
        self.shadow.reset();
        self.atomics.reset();
        self.released.clear();
        self.found = None;
    }

    /// The first race that was found.
    pub(crate) fn found(&self) -> Option<&Race> {
        self.found.as_ref()
    }

    /// `thread` makes a plain access, of which it is told as by a hook. Returns whether the execution has its first
    /// race in it.
    #[cfg(test)]
    fn access(&mut self, thread: usize, access: Access) -> bool {
        !self.is_covered(thread, access) && self.access_anew(thread, access)
    }

    /// `thread` makes a plain access that is not [covered](Self::is_covered), or may be. Returns whether the
    /// execution has its first race in it.
    pub(crate) fn access_anew(&mut self, thread: usize, access: Access) -> bool {
        let offset = access.place % GRANULE;
        if offset + access.size > GRANULE {
            return self.access_many(thread, access);
        }
        self.access_part(thread, access, mask(offset, access.size))
    }

    /// Whether it is seen at a glance that `thread` has made an access before which stands for this one: then
    /// nothing is to be done.
    // In each hook: then most of it is known where that is compiled.
    #[allow(clippy::inline_always, reason = "see above")]
    #[inline(always)]
    pub(crate) fn is_covered(&self, thread: usize, access: Access) -> bool {
        let offset = access.place % GRANULE;
        if offset + access.size > GRANULE {
            return false;
        }
        let mask = mask(offset, access.size);
        let granule = self.shadow.granule_at_hand(access.place);
        let own = self.clocks.own_if_known(thread);
        granule
            .zip(own)
            .is_some_and(|(granule, own)| granule.covers(thread, own, mask, access.kind))
    }

    /// As [`access_anew`](Self::access_anew), of bytes that may be in more than one granule.
    fn access_many(&mut self, thread: usize, access: Access) -> bool {
        let end = access.place.saturating_add(access.size);
        let mut place = access.place;
        let mut has_found = false;
        while place < end && !has_found {
            let offset = place % GRANULE;
            let size = (end - place).min(GRANULE - offset);
            has_found = self.access_part(thread, Access { place, ..access }, mask(offset, size));
            place += size;
        }
        has_found
    }

    /// The part of an access that is to these bytes of a granule: it is compared with those before, and kept.
    fn access_part(&mut self, thread: usize, access: Access, mask: u8) -> bool {
        let own = self.clocks.own(thread);
        let (granule, extras) = self.shadow.granule_and_extras(access.place);
        if granule.covers(thread, own, mask, access.kind) {
            return false;
        }
        let entry = Entry::new(access, thread, own, mask);
        if entry.is_plain_write()
            && let Some(first) = granule.first_atomic()
        {
            self.atomics.overwrite(first, mask);
        }
        match granule.judge(extras, entry, self.clocks.clock(thread)) {
            Judged::Races(before) if self.found.is_none() => {
                self.find(thread, access, &before);
                true
            }
            Judged::Races(_) | Judged::Ordered => false,
        }
    }

    /// The access of `thread` is the first that races, with the one `before`.
    #[cold]
    fn find(&mut self, thread: usize, access: Access, before: &Entry) {
        self.found = Some(Race {
            first: before.side(),
            second: RacingSide {
                thread,
                kind: access.kind,
                size: access.size,
                site: access.site,
            },
            passed: self.clocks.passed(thread, before.thread(), before.clock()),
        });
    }

    /// `thread` frees this block. As far as others are concerned that is a write. `value` tells what lies at a
    /// place, of this size: who frees a block may have learnt unseen that nobody uses it any more, by a count of
    /// references in it.
    pub(crate) fn free(
        &mut self,
        thread: usize,
        access: Access,
        value: impl Fn(usize, usize) -> u64,
    ) -> bool {
        /// In larger blocks only what is near to what was accessed is looked at.
        const LARGE: usize = 1 << 12;
        let whole = [(access.place, access.size)];
        let parts = if access.size <= LARGE {
            &whole[..]
        } else {
            &self.shadow.touched(access.place, access.size)
        };
        let mut changed = false;
        for &(start, size) in parts {
            let mut place = start;
            while place < start + size && !changed {
                let first = self.shadow.first_atomic(place);
                changed =
                    first.is_some_and(|first| self.atomics.was_any_changed(first, place, &value));
                place += GRANULE;
            }
        }
        if changed {
            self.clocks.read_all(thread, MemoryOrder::Acquire);
        }
        parts.iter().any(|&(place, size)| {
            let part = Access {
                place,
                size,
                ..access
            };
            self.access_many(thread, part)
        })
    }

    /// What lies there from now on has no history: a new block, or a stack that is used anew.
    #[inline]
    pub(crate) fn clear(&mut self, place: usize, size: usize) {
        self.shadow.clear(place, size);
    }

    /// `thread` loads what was `found` at a place.
    pub(crate) fn load(
        &mut self,
        thread: usize,
        access: Access,
        order: MemoryOrder,
        found: u64,
    ) -> bool {
        let number = self.atomics.number(&mut self.shadow, access);
        let atomic = self.atomics.at(number);
        if atomic.was_changed_unseen(found) {
            self.clocks.read_all(thread, order);
        }
        atomic.note(found);
        self.clocks.acquire(thread, &atomic.released, order);
        self.clocks.acquire(thread, &atomic.shared, order);
        self.clocks.note_load(thread, atomic.last, access, order);
        self.access_anew(thread, access.atomic(false))
    }

    /// `thread` stores a value.
    pub(crate) fn store(
        &mut self,
        thread: usize,
        access: Access,
        order: MemoryOrder,
        value: u64,
    ) -> bool {
        let has_found = self.access_anew(thread, access.atomic(true));
        let number = self.atomics.number(&mut self.shadow, access);
        let atomic = self.atomics.at(number);
        let is_own = atomic.last.is_some_and(|it| it.thread == thread);
        let keeps = Mutant::StoresKeep.is_on() || Mutant::OwnStoresKeep.is_on() && is_own;
        if !keeps {
            atomic.released.clear();
            atomic.shared.clear();
        }
        atomic.note(value);
        atomic.last = Some(self.clocks.stamp(thread, access.site, order));
        self.clocks.release(thread, &mut atomic.released, order);
        has_found
    }

    /// `thread` replaces what was `found` by what is `left`. If it begins or ends to share a lock so, that is not
    /// ordered with others that do: the search need not run both orders, and either is possible.
    pub(crate) fn update(
        &mut self,
        thread: usize,
        access: Access,
        order: MemoryOrder,
        [found, left]: [u64; 2],
        sharing: Option<Sharing>,
    ) -> bool {
        let number = self.atomics.number(&mut self.shadow, access);
        let atomic = self.atomics.at(number);
        if atomic.was_changed_unseen(found) {
            self.clocks.read_all(thread, order);
        }
        self.clocks.acquire(thread, &atomic.released, order);
        if sharing.is_none() || Mutant::SharersOrdered.is_on() {
            self.clocks.acquire(thread, &atomic.shared, order);
        }
        self.clocks.note_load(thread, atomic.last, access, order);
        let has_found = self.access_anew(thread, access.atomic(true));
        let atomic = self.atomics.at(number);
        if Mutant::UpdatesEnd.is_on() || Mutant::ReleasesReplace.is_on() && order.releases() {
            atomic.released.clear();
        }
        atomic.note(left);
        atomic.last = Some(self.clocks.stamp(thread, access.site, order));
        let released = match sharing {
            Some(Sharing::Ends) => &mut atomic.shared,
            Some(Sharing::Begins) | None => &mut atomic.released,
        };
        self.clocks.release(thread, released, order);
        has_found
    }

    /// `thread` makes a fence.
    pub(crate) fn fence(&mut self, thread: usize, order: MemoryOrder) {
        self.clocks.fence(thread, order);
    }

    /// `parent` starts `child`.
    pub(crate) fn spawn(&mut self, parent: usize, child: usize) {
        self.clocks.spawn(parent, child);
    }

    /// All that `before` has done so far happens before what `after` does from now on: it has ended, or wakes it.
    pub(crate) fn order(&mut self, before: usize, after: usize) {
        self.clocks.order(before, after);
    }

    /// All that every thread has done so far happens before what `thread` does from now on.
    pub(crate) fn acquire_all(&mut self, thread: usize) {
        self.clocks.read_all(thread, MemoryOrder::Acquire);
    }

    /// `thread` releases the object at this address, which is no atomic: a lock of C, say.
    pub(crate) fn release(&mut self, thread: usize, object: usize) {
        let released = self.released.entry(object).or_default();
        self.clocks.release(thread, released, MemoryOrder::Release);
    }

    /// `thread` acquires it.
    pub(crate) fn acquire(&mut self, thread: usize, object: usize) {
        if let Some(released) = self.released.get(&object) {
            self.clocks.acquire(thread, released, MemoryOrder::Acquire);
        }
    }
}

#[cfg(test)]
mod tests;
