//! What is known of each place in memory.
//!
//! A table of pages, by their numbers; the last ones that were used are found at once. In each execution what
//! was written before counts for nothing, so none has to empty what it does not touch.

use std::collections::BTreeMap;
use std::fmt;

use super::granule::{Entry, Granule, mask};

/// How many bytes a granule has.
pub(super) const GRANULE: usize = 8;

/// How many bytes a page has.
const PAGE: usize = 1 << 12;

const GRANULES: usize = PAGE / GRANULE;

/// How many pages are found at once.
const AT_HAND: usize = 64;

/// A page that was not used in as many executions is used for other places.
const STALE: u32 = 16;

/// If there are more pages, none is kept for the next execution: 128 MiB.
const KEPT: usize = 1 << 12;

/// What is known of each place.
pub(super) struct Shadow {
    /// The number of the execution.
    generation: u32,
    pages: Vec<Page>,
    /// Where in `pages` the page of a number is.
    known: BTreeMap<usize, u32>,
    /// The same for some that were used last.
    at_hand: [(usize, u32); AT_HAND],
    /// Entries that have no room in their granules.
    extras: Vec<Vec<Entry>>,
}

struct Page {
    number: usize,
    granules: Box<[Granule; GRANULES]>,
    /// The execution in which it was used last.
    generation: u32,
}

/// The number of no page.
const NONE: usize = usize::MAX;

impl Default for Shadow {
    fn default() -> Self {
        Shadow {
            generation: 1,
            pages: Vec::new(),
            known: BTreeMap::new(),
            at_hand: [(NONE, 0); AT_HAND],
            extras: Vec::new(),
        }
    }
}

impl Shadow {
    pub(super) fn reset(&mut self) {
        self.extras.clear();
        // The first use of each page is to be seen.
        self.at_hand = [(NONE, 0); AT_HAND];
        match self.generation.checked_add(1) {
            Some(next) if self.pages.len() <= KEPT => self.generation = next,
            _ => *self = Shadow::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn pages(&self) -> usize {
        self.pages.len()
    }

    /// What is known of the eight bytes around a place.
    #[inline]
    pub(super) fn granule(&mut self, place: usize) -> &mut Granule {
        let page = self.page(place / PAGE);
        let generation = self.generation;
        let granule = &mut self.pages[page].granules[place % PAGE / GRANULE];
        granule.begin(generation);
        granule
    }

    /// The same, if it is found at once and something is known.
    #[allow(clippy::inline_always, reason = "in each hook")]
    #[inline(always)]
    pub(super) fn granule_at_hand(&self, place: usize) -> Option<&Granule> {
        let number = place / PAGE;
        let (known, page) = self.at_hand[number % AT_HAND];
        let page = self.pages.get(page as usize).filter(|_| known == number)?;
        let granule = &page.granules[place % PAGE / GRANULE];
        granule.is_of(self.generation).then_some(granule)
    }

    /// What is known of the eight bytes around a place, with the entries that have no room there.
    #[inline]
    pub(super) fn granule_and_extras(
        &mut self,
        place: usize,
    ) -> (&mut Granule, &mut Vec<Vec<Entry>>) {
        let page = self.page(place / PAGE);
        let granule = &mut self.pages[page].granules[place % PAGE / GRANULE];
        granule.begin(self.generation);
        (granule, &mut self.extras)
    }

    /// The first atomic that begins in the eight bytes around a place.
    pub(super) fn first_atomic(&mut self, place: usize) -> Option<u32> {
        self.granule(place).first_atomic()
    }

    #[inline]
    fn page(&mut self, number: usize) -> usize {
        let (known, page) = self.at_hand[number % AT_HAND];
        if known == number {
            return page as usize;
        }
        self.look_up(number)
    }

    #[inline(never)]
    fn look_up(&mut self, number: usize) -> usize {
        let known = self.known.get(&number).copied();
        let page = known.unwrap_or_else(|| self.add(number));
        self.pages[page as usize].generation = self.generation;
        self.at_hand[number % AT_HAND] = (number, page);
        page as usize
    }

    #[cold]
    fn add(&mut self, number: usize) -> u32 {
        let is_stale = |page: &Page| self.generation - page.generation > STALE;
        let stale = self.pages.iter().position(is_stale);
        let page = stale.unwrap_or(self.pages.len());
        if let Some(stale) = stale {
            self.known.remove(&self.pages[stale].number);
            self.pages[stale].number = number;
        } else {
            let granules = vec![Granule::EMPTY; GRANULES].into_boxed_slice();
            self.pages.push(Page {
                number,
                granules: granules.try_into().expect("as many as there are"),
                generation: self.generation,
            });
        }
        // There is no memory for more.
        let page = u32::try_from(page).unwrap_or(u32::MAX);
        self.known.insert(number, page);
        page
    }

    /// The parts of these bytes that are in pages of which something was used in this execution.
    pub(super) fn touched(&self, place: usize, size: usize) -> Vec<(usize, usize)> {
        let end = place.saturating_add(size);
        let pages = self.known.range(place / PAGE..end.div_ceil(PAGE));
        let is_used = |page: u32| self.pages[page as usize].generation == self.generation;
        let used = pages.filter(|(_, page)| is_used(**page));
        used.map(|(number, _)| {
            let start = place.max(number * PAGE);
            (start, end.min((number + 1) * PAGE) - start)
        })
        .collect()
    }

    /// Forgets what is known of these bytes.
    pub(super) fn clear(&mut self, place: usize, size: usize) {
        let end = place.saturating_add(size);
        let first = place / PAGE;
        if end <= (first + 1) * PAGE {
            // Most blocks are in one page, which is at hand.
            let (known, page) = self.at_hand[first % AT_HAND];
            if known == first {
                self.clear_in(page as usize, place, end);
                return;
            }
        }
        for (start, size) in self.touched(place, size) {
            let page = self.known[&(start / PAGE)];
            self.clear_in(page as usize, start, start + size);
        }
    }

    fn clear_in(&mut self, page: usize, start: usize, end: usize) {
        let granules = &mut self.pages[page].granules;
        if start.is_multiple_of(GRANULE) && end.is_multiple_of(GRANULE) {
            // As blocks are.
            let first = start % PAGE / GRANULE;
            let own = &mut granules[first..][..(end - start) / GRANULE];
            return own.iter_mut().for_each(Granule::forget);
        }
        let mut place = start;
        while place < end {
            let offset = place % GRANULE;
            let size = (end - place).min(GRANULE - offset);
            let granule = &mut granules[place % PAGE / GRANULE];
            if size == GRANULE {
                granule.forget();
            } else {
                granule.begin(self.generation);
                granule.forget_bytes(&mut self.extras, mask(offset, size));
            }
            place += size;
        }
    }
}

impl fmt::Debug for Shadow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shadow")
            .field("pages", &self.pages.len())
            .finish_non_exhaustive()
    }
}
