//! The accesses to eight bytes of memory.

use super::access::{Access, AccessType, RacingSide};
use super::mutant::Mutant;
use super::vector_clock::VectorClock;

/// An access that was made to some bytes of a granule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    site: usize,
    clock: u32,
    /// Its thread, and the logarithm of its size in the upper bits.
    thread: u16,
    /// The bytes for which it stands; none if the entry is free.
    mask: u8,
    kind: AccessType,
}

/// How many bits of [`Entry::thread`] are those of the thread: an execution of more threads has gone wrong
/// otherwise.
const THREAD_BITS: u32 = 13;

/// The size of an access that is larger, or no power of two.
const MANY: u32 = 7;

const FREE: Entry = Entry {
    site: 0,
    clock: 0,
    thread: 0,
    mask: 0,
    kind: AccessType::Read,
};

impl Entry {
    #[inline]
    pub(super) fn new(access: Access, thread: usize, clock: u32, mask: u8) -> Self {
        let is_usual = access.size <= 16 && access.size.is_power_of_two();
        let size = if is_usual {
            access.size.trailing_zeros()
        } else {
            MANY
        };
        #[allow(clippy::cast_possible_truncation, reason = "see above")]
        Entry {
            site: access.site,
            clock,
            thread: (thread as u16) | (size as u16) << THREAD_BITS,
            mask,
            kind: access.kind,
        }
    }

    #[inline]
    pub(super) fn thread(&self) -> usize {
        usize::from(self.thread & ((1 << THREAD_BITS) - 1))
    }

    pub(super) fn clock(&self) -> u32 {
        self.clock
    }

    #[inline]
    pub(super) fn is_plain_write(&self) -> bool {
        self.kind.writes() && !self.kind.is_atomic()
    }

    /// Whether it stands for an access of this thread, at this time of that.
    #[allow(clippy::inline_always, reason = "in each hook")]
    #[inline(always)]
    fn covers(&self, thread: usize, clock: u32, mask: u8, kind: AccessType) -> bool {
        self.clock == clock
            && self.mask & mask == mask
            && self.thread() == thread
            && self.kind.stands_for(kind)
    }

    /// Its thread or another makes `access` now, of which its thread has `known` this much. The `first` that races
    /// with that is found, and what that stands for is forgotten.
    #[inline]
    fn give_way(&mut self, access: &Entry, known: &VectorClock, first: &mut Option<Entry>) {
        if self.mask & access.mask == 0 {
            return;
        }
        if self.clock <= known.of(self.thread()) {
            if Mutant::LastAccessOnly.is_on() || access.kind.stands_for(self.kind) {
                self.mask &= !access.mask;
            }
            return;
        }
        let conflicts = self.kind.conflicts(access.kind) || Mutant::AtomicsRace.is_on();
        if conflicts && first.is_none() {
            *first = Some(*self);
        } else if Mutant::LastAccessOnly.is_on() {
            self.mask &= !access.mask;
        }
    }

    pub(super) fn side(&self) -> RacingSide {
        let size = u32::from(self.thread >> THREAD_BITS);
        RacingSide {
            thread: self.thread(),
            kind: self.kind,
            size: if size == MANY { 0 } else { 1 << size },
            site: self.site,
        }
    }
}

/// What becomes of an access.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It races with none before it.
    Ordered,
    Races(Entry),
}

/// How many entries a granule has at hand.
const ENTRIES: usize = 3;

/// The accesses to eight bytes of memory.
#[derive(Debug, Clone)]
pub(super) struct Granule {
    entries: [Entry; ENTRIES],
    /// The execution in which it was used last: in all others it is empty.
    generation: u32,
    /// Where its other entries are, counted from 1.
    extra: u32,
    /// The first atomic that begins in it, counted from 1.
    atomic: u32,
}

impl Granule {
    pub(super) const EMPTY: Self = Granule {
        entries: [FREE; ENTRIES],
        generation: 0,
        extra: 0,
        atomic: 0,
    };

    /// Empties it, unless it was used in this execution.
    #[inline]
    pub(super) fn begin(&mut self, generation: u32) {
        if self.generation != generation {
            *self = Granule {
                generation,
                ..Granule::EMPTY
            };
        }
    }

    /// Forgets what was in it.
    #[inline]
    pub(super) fn forget(&mut self) {
        self.generation = 0;
    }

    /// Forgets the accesses to these bytes.
    pub(super) fn forget_bytes(&mut self, extras: &mut [Vec<Entry>], mask: u8) {
        for entry in self.all(extras) {
            entry.mask &= !mask;
        }
    }

    pub(super) fn first_atomic(&self) -> Option<u32> {
        (self.atomic != 0).then_some(self.atomic)
    }

    pub(super) fn set_first_atomic(&mut self, number: u32) {
        self.atomic = number;
    }

    /// Whether the same thread has made an access before, since it has last released, that stands for this
    /// one.
    // In each hook: then most of it is known where that is compiled.
    #[allow(clippy::inline_always, reason = "see above")]
    #[inline(always)]
    pub(super) fn covers(&self, thread: usize, clock: u32, mask: u8, kind: AccessType) -> bool {
        // What is written over an atomic is to be known.
        let is_overwriting = self.atomic != 0 && kind.writes() && !kind.is_atomic();
        let [one, two, three] = &self.entries;
        !is_overwriting
            && (one.covers(thread, clock, mask, kind)
                || two.covers(thread, clock, mask, kind)
                || three.covers(thread, clock, mask, kind))
    }

    /// Whether it was used in this execution.
    #[inline]
    pub(super) fn is_of(&self, generation: u32) -> bool {
        self.generation == generation
    }

    /// Compares an access with those before, of which its thread knows this much, and keeps it.
    pub(super) fn judge(
        &mut self,
        extras: &mut Vec<Vec<Entry>>,
        access: Entry,
        known: &VectorClock,
    ) -> Judged {
        let mut first = None;
        for before in &mut self.entries {
            before.give_way(&access, known, &mut first);
        }
        if self.extra != 0 {
            for before in &mut extras[self.extra as usize - 1] {
                before.give_way(&access, known, &mut first);
            }
        }
        match self.entries.iter_mut().find(|it| it.mask == 0) {
            Some(free) => *free = access,
            None => self.keep_in_extras(extras, access),
        }
        first.map_or(Judged::Ordered, Judged::Races)
    }

    #[inline(never)]
    fn keep_in_extras(&mut self, extras: &mut Vec<Vec<Entry>>, access: Entry) {
        if let Some(free) = self.all(extras).find(|it| it.mask == 0) {
            *free = access;
            return;
        }
        if self.extra == 0 {
            extras.push(Vec::new());
            // There is no memory for more.
            self.extra = u32::try_from(extras.len()).unwrap_or(u32::MAX);
        }
        if let Some(extra) = extras.get_mut(self.extra as usize - 1) {
            extra.push(access);
        }
    }

    fn all<'a>(&'a mut self, extras: &'a mut [Vec<Entry>]) -> impl Iterator<Item = &'a mut Entry> {
        let extra = match self.extra {
            0 => None,
            number => extras.get_mut(number as usize - 1),
        };
        self.entries.iter_mut().chain(extra.into_iter().flatten())
    }
}

/// A bit for each of these bytes of a granule.
#[inline]
pub(super) fn mask(offset: usize, size: usize) -> u8 {
    let mask = ((1_u32 << size) - 1) << offset;
    // The bytes are in the granule, which has eight.
    let [mask, ..] = mask.to_le_bytes();
    if Mutant::BytesConfused.is_on() {
        u8::MAX
    } else {
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fits_into_a_line_of_the_cache() {
        assert!(size_of::<Granule>() <= 64);
    }

    #[test]
    fn an_entry_knows_its_thread_and_its_size() {
        for (size, known) in [(1, 1), (2, 2), (4, 4), (8, 8), (16, 16), (3, 0), (400, 0)] {
            let access = Access {
                place: 0,
                size,
                kind: AccessType::Write,
                site: 7,
            };
            let side = Entry::new(access, 1000, 1, 1).side();
            assert_eq!((side.thread, side.size, side.site), (1000, known, 7));
        }
    }
}
