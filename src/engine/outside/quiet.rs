//! When a run need not look at its related threads again.

use std::sync::atomic::Ordering::Relaxed;

use super::record::Record;
use super::registry::all;
use super::relation::{Known, Relation};
use super::settle::Sleeps;
use super::stir::stirs;

impl Relation {
    /// Whether the related threads, if there are any, sleep as they did at the last look, and none
    /// of them goes on before something stirs. One load and a comparison if so.
    #[inline]
    pub(crate) fn is_quiet(&self) -> bool {
        self.is_still_quiet() || self.is_alone()
    }

    /// Whether the run was quiet at the last look, and nothing has stirred since. Uses no lock, and no
    /// thread-local.
    #[inline]
    pub(crate) fn is_still_quiet(&self) -> bool {
        self.quiet_since.load(Relaxed) == stirs()
    }

    #[cold]
    fn is_alone(&self) -> bool {
        let stirs = stirs();
        let is_alone = self.known().related.is_empty();
        if is_alone {
            self.quiet_since.store(stirs, Relaxed);
        }
        is_alone
    }

    /// The related threads were all in these sleeps at one moment, later than there had been `stirs`.
    pub(super) fn note_quiet(&self, known: &Known, sleeps: &Sleeps, stirs: usize) {
        let mut sleepers = known.related.iter().zip(sleeps.numbers());
        if sleepers.all(|(record, sleep)| sleep.is_none_or(|sleep| will_tell(record, sleep))) {
            self.quiet_since.store(stirs, Relaxed);
        }
    }
}

/// Whether the thread, which is in the sleep of this number, goes on only if that stirs.
fn will_tell(record: &Record, sleep: u64) -> bool {
    // The others may wait at the word of this one, and not be those that the kernel has counted.
    let saying = |address| {
        let records = all().0;
        records.iter().filter(|it| it.is_at_futex(address)).count()
    };
    // Its number is looked at last: so all of this is about that sleep.
    record.ends_by_calls_alone(saying) && record.watch(sleep)
}
