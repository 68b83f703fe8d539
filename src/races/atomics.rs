//! Places that are accessed atomically: what reading them acquires.

use super::access::Access;
use super::clocks::Stamp;
use super::shadow::{GRANULE, Shadow};
use super::vector_clock::VectorClock;

/// The atomics of one execution.
#[derive(Debug, Default)]
pub(super) struct Atomics {
    /// More than there are may be kept from an earlier execution.
    all: Vec<Atomic>,
    count: usize,
}

/// A place that is accessed atomically.
#[derive(Debug, Default)]
pub(super) struct Atomic {
    /// Where in its granule it begins.
    offset: usize,
    size: usize,
    /// The next one in the same granule, counted from 1; 0 if there is none.
    next: u32,
    /// What reading it acquires.
    pub(super) released: VectorClock,
    /// What those have released who shared the lock that it is: whoever reads it acquires that too, but for those
    /// who begin to share it.
    pub(super) shared: VectorClock,
    /// What was left there, if that was seen.
    value: Option<u64>,
    /// The last store.
    pub(super) last: Option<Stamp>,
}

impl Atomics {
    pub(super) fn reset(&mut self) {
        self.count = 0;
    }

    /// The number of the atomic that is accessed.
    #[inline]
    pub(super) fn number(&mut self, shadow: &mut Shadow, access: Access) -> usize {
        let granule = shadow.granule(access.place);
        let offset = access.place % GRANULE;
        let first = granule.first_atomic().unwrap_or(0);
        let mut number = first;
        while number != 0 {
            let atomic = &self.all[number as usize - 1];
            if atomic.offset == offset {
                break;
            }
            number = atomic.next;
        }
        if number == 0 {
            number = self.add(offset, access.size, first);
            granule.set_first_atomic(number);
        }
        number as usize - 1
    }

    /// The atomic of this number.
    #[inline]
    pub(super) fn at(&mut self, number: usize) -> &mut Atomic {
        &mut self.all[number]
    }

    #[inline(never)]
    fn add(&mut self, offset: usize, size: usize, next: u32) -> u32 {
        if self.count == self.all.len() {
            self.all.push(Atomic::default());
        }
        let new = &mut self.all[self.count];
        new.released.clear();
        new.shared.clear();
        (new.offset, new.size, new.next) = (offset, size, next);
        (new.value, new.last) = (None, None);
        self.count += 1;
        // There is no memory for more.
        u32::try_from(self.count).unwrap_or(u32::MAX)
    }

    /// Whether somebody who is not seen has changed an atomic of the granule at this place, whose first one has
    /// this number. `value` tells what lies where, of which size.
    pub(super) fn was_any_changed(
        &self,
        first: u32,
        place: usize,
        value: impl Fn(usize, usize) -> u64,
    ) -> bool {
        let granule = place - place % GRANULE;
        let mut number = first;
        while number != 0 {
            let atomic = &self.all[number as usize - 1];
            if atomic.was_changed_unseen(value(granule + atomic.offset, atomic.size)) {
                return true;
            }
            number = atomic.next;
        }
        false
    }

    /// A plain write to these bytes of a granule, whose first atomic has this number: it releases nothing.
    #[inline(never)]
    pub(super) fn overwrite(&mut self, first: u32, mask: u8) {
        let mut number = first;
        while number != 0 {
            let atomic = &mut self.all[number as usize - 1];
            if mask >> atomic.offset & 1 != 0 {
                atomic.released.clear();
                atomic.shared.clear();
                (atomic.value, atomic.last) = (None, None);
            }
            number = atomic.next;
        }
    }
}

impl Atomic {
    /// Whether somebody has changed it who is not seen, such as code that is not instrumented: whoever reads
    /// that may know anything.
    pub(super) fn was_changed_unseen(&self, found: u64) -> bool {
        self.value.is_some_and(|left| left != found)
    }

    pub(super) fn note(&mut self, left: u64) {
        self.value = Some(left);
    }
}
