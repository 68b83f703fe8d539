//! What memory held before an execution wrote to it, byte for byte, so that it can be put back.
//!
//! Other code may write to bytes beside those, unseen: they stay as they are.

use std::ops::Range;
use std::ptr;

/// The first content of some bytes that are written to.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// A multiple of [`LINE`].
    start: usize,
    /// Which of the bytes are kept.
    kept: u64,
    bytes: [u8; LINE],
}

/// How many bytes a line has: as many as a mask has bits.
const LINE: usize = 64;

impl Line {
    pub(super) fn new(start: usize) -> Self {
        Line {
            start,
            kept: 0,
            bytes: [0; LINE],
        }
    }

    /// Keeps what the bytes in `range` hold, unless they are kept already.
    ///
    /// # Safety
    ///
    /// They can be read, and belong to this line.
    #[inline]
    pub(super) unsafe fn keep(&mut self, range: Range<usize>) {
        let first = range.start - self.start;
        let count = range.len();
        let mask = mask(first, count);
        let mut missing = mask & !self.kept;
        self.kept |= mask;
        while missing != 0 {
            let index = missing.trailing_zeros() as usize;
            missing &= missing - 1;
            let byte = ptr::with_exposed_provenance::<u8>(self.start + index);
            // SAFETY: as the caller promises.
            self.bytes[index] = unsafe { byte.read_volatile() };
        }
    }

    /// Forgets the bytes in `range`, of which any may belong to another line.
    pub(super) fn forget(&mut self, range: &Range<usize>) {
        let from = range.start.max(self.start);
        let to = range.end.min(self.start.saturating_add(LINE));
        if from < to {
            self.kept &= !mask(from - self.start, to - from);
        }
    }

    /// Whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.kept == 0
    }

    /// Puts back what the bytes held.
    ///
    /// # Safety
    ///
    /// They can be written, and nobody relies on what they hold now.
    pub(super) unsafe fn put_back(&self) {
        let mut kept = self.kept;
        while kept != 0 {
            let index = kept.trailing_zeros() as usize;
            kept &= kept - 1;
            let byte = ptr::with_exposed_provenance_mut::<u8>(self.start + index);
            // SAFETY: as the caller promises.
            unsafe { byte.write_volatile(self.bytes[index]) };
        }
    }
}

/// The bits of `count` bytes of a line, from `first` on.
#[inline]
const fn mask(first: usize, count: usize) -> u64 {
    match count {
        0 => 0,
        count => (u64::MAX >> (LINE - count)) << first,
    }
}

/// Calls `keep` with each line that `size` bytes at `place` belong to, and the bytes in it.
#[inline]
pub(super) fn for_each_line(place: usize, size: usize, mut keep: impl FnMut(usize, Range<usize>)) {
    let end = place.saturating_add(size);
    let mut from = place;
    while from < end {
        let start = from - from % LINE;
        let to = end.min(start + LINE);
        keep(start, from..to);
        from = to;
    }
}

/// What was in some pieces of memory, of which the addresses are known beforehand.
#[derive(Debug, Default)]
pub(super) struct UndoLog {
    /// For each line of each piece its number in `lines`, from 1 on, or 0.
    pieces: Vec<(Range<usize>, Box<[u32]>)>,
    lines: Vec<Line>,
    /// Lines that were written to not long ago, and which of their bytes are kept.
    recent: [(usize, u64); RECENT],
}

/// How many lines are known as recent: by a few bits of their addresses.
const RECENT: usize = 16;

impl UndoLog {
    pub(super) fn new(pieces: &[Range<usize>]) -> Self {
        let lines = |piece: &Range<usize>| piece.end.div_ceil(LINE) - piece.start / LINE;
        let pieces = pieces.iter();
        UndoLog {
            pieces: pieces
                .map(|piece| (piece.clone(), vec![0; lines(piece)].into()))
                .collect(),
            lines: Vec::new(),
            recent: [(0, 0); RECENT],
        }
    }

    /// Keeps what `size` bytes at `place` hold. Returns whether they belong to one of the pieces.
    ///
    /// # Safety
    ///
    /// They can be read.
    #[inline]
    pub(super) unsafe fn note(&mut self, place: usize, size: usize) -> bool {
        // SAFETY: as the caller promises.
        self.has_noted(place, size) || unsafe { self.note_in_lines(place, size) }
    }

    /// Whether it is seen at a glance that what these bytes held is kept.
    #[inline]
    pub(super) fn has_noted(&self, place: usize, size: usize) -> bool {
        let (start, first) = (place - place % LINE, place % LINE);
        let (recent, kept) = self.recent[start / LINE % RECENT];
        start == recent && first + size <= LINE && mask(first, size) & !kept == 0
    }

    #[inline(never)]
    unsafe fn note_in_lines(&mut self, place: usize, size: usize) -> bool {
        let mut pieces = self.pieces.iter_mut();
        let Some((piece, numbers)) = pieces.find(|(piece, _)| piece.contains(&place)) else {
            return false;
        };
        let size = size.min(piece.end - place);
        let base = piece.start / LINE;
        for_each_line(place, size, |start, range| {
            let number = &mut numbers[start / LINE - base];
            if *number == 0 {
                self.lines.push(Line::new(start));
                *number = u32::try_from(self.lines.len()).expect("less than 256 GiB of statics");
            }
            let line = &mut self.lines[*number as usize - 1];
            // SAFETY: as the caller promises.
            unsafe { line.keep(range) };
            self.recent[start / LINE % RECENT] = (start, line.kept);
        });
        true
    }

    /// Puts back what the bytes held, and begins anew.
    ///
    /// # Safety
    ///
    /// They can be written, and nobody relies on what they hold now.
    pub(super) unsafe fn put_back(&mut self) {
        self.recent = [(0, 0); RECENT];
        for line in self.lines.drain(..) {
            // SAFETY: as the caller promises.
            unsafe { line.put_back() };
            for (piece, numbers) in &mut self.pieces {
                let base = piece.start / LINE;
                if let Some(number) = (line.start / LINE)
                    .checked_sub(base)
                    .and_then(|it| numbers.get_mut(it))
                {
                    *number = 0;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
