//! What one thread has read and written, the latest last.

use super::read::{Reach, Read};

/// The most reads of a round of a loop.
pub(super) const MAX_LENGTH: usize = 32;

/// At least as many reads are kept, and up to twice as many.
pub(super) const MAX_KEPT: usize = MAX_LENGTH * 8;

/// How many places there are in [`History::latest`]: a power of two.
const PLACES: usize = 256;

/// What a thread has read and written.
#[derive(Debug)]
pub(super) struct History {
    /// What it has made. One more is what it is about to make, if it is. It stays where it is when it is made: to
    /// move what was just stored takes long.
    reads: Vec<Read>,
    made: usize,
    /// How many there were before those.
    forgotten: u64,
    /// By a few bits of each access, how many there were before the last that was made with them.
    latest: [u64; PLACES],
}

impl Default for History {
    fn default() -> Self {
        History {
            reads: Vec::new(),
            made: 0,
            forgotten: 1,
            latest: [0; PLACES],
        }
    }
}

impl History {
    pub(super) fn made(&self) -> &[Read] {
        &self.reads[..self.made]
    }

    /// The access that the thread is about to make.
    #[inline]
    pub(super) fn awaited(&self) -> Option<&Reach> {
        self.reads.get(self.made).map(|it| &it.reach)
    }

    #[inline]
    pub(super) fn await_read(&mut self, reach: &Reach) {
        self.reads.truncate(self.made);
        self.reads.push(Read {
            reach: *reach,
            value: 0,
            left: 0,
        });
    }

    /// The thread does something else than what it was about to do, or that is not worth to be kept.
    pub(super) fn await_nothing(&mut self) {
        self.reads.truncate(self.made);
    }

    /// The access is made, and has found `value` and `left` another or the same.
    pub(super) fn note(&mut self, value: u64, left: u64) {
        if self.made == 2 * MAX_KEPT {
            self.reads.drain(..MAX_KEPT);
            self.made -= MAX_KEPT;
            self.forgotten += MAX_KEPT as u64;
        }
        self.note_at_once(value, left);
    }

    /// As [`note`](Self::note), if there is room. Returns whether there is.
    #[inline]
    pub(super) fn note_at_once(&mut self, value: u64, left: u64) -> bool {
        if self.made == 2 * MAX_KEPT {
            return false;
        }
        if let Some(read) = self.reads.get_mut(self.made) {
            (read.value, read.left) = (value, left);
            self.latest[place(&read.reach)] = self.forgotten + self.made as u64;
            self.made += 1;
        }
        true
    }

    /// Forgets all but what the thread is about to do.
    pub(super) fn forget(&mut self) {
        if self.awaited().is_some() {
            self.reads.swap(0, self.made);
            self.reads.truncate(1);
        } else {
            self.reads.clear();
        }
        self.forgotten += self.made as u64;
        self.made = 0;
    }

    /// After how many others the thread has made the last access with a few bits of this one, if that is a round
    /// ago at most.
    #[inline]
    fn latest_with_bits(&self, reach: &Reach) -> Option<usize> {
        let number = self.latest[place(reach)].checked_sub(self.forgotten)?;
        let after = usize::try_from(number).ok()?;
        (after + MAX_LENGTH >= self.made).then_some(after)
    }

    /// After how many others the last round has begun, if that was with this access.
    #[inline]
    fn begin_of_round(&self, reach: &Reach) -> Option<usize> {
        let latest = self.latest_with_bits(reach)?;
        if self.reads[latest].reach == *reach {
            return Some(latest);
        }
        let first = self.made.saturating_sub(MAX_LENGTH);
        let before = &self.reads[first..latest];
        Some(first + before.iter().rposition(|it| it.reach == *reach)?)
    }

    /// The last round, if it has begun with this access.
    pub(super) fn round(&self, reach: &Reach) -> Option<&[Read]> {
        self.begin_of_round(reach).map(|it| &self.made()[it..])
    }

    /// Whether it is seen at a glance that no round has begun with this access, or that in it the place of this
    /// access was changed last, and not put back.
    #[inline]
    pub(super) fn has_no_round(&self, reach: &Reach) -> bool {
        let Some(begin) = self.begin_of_round(reach) else {
            return true;
        };
        let (first, last) = (&self.reads[begin], &self.reads[self.made - 1]);
        last.has_changed() && last.reach.access.is_of_same(reach.access) && last.left != first.value
    }
}

/// The place in [`History::latest`] of an access.
#[allow(clippy::cast_possible_truncation, reason = "few bits are left")]
#[inline]
fn place(reach: &Reach) -> usize {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let Reach {
        site,
        access,
        operands: (one, other),
    } = reach;
    let bits = access.start as u64 ^ u64::from(site.number()) << 32 ^ one ^ other.rotate_left(17);
    (bits.wrapping_mul(MIX) >> (u64::BITS - PLACES.trailing_zeros())) as usize
}
