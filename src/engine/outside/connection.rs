//! How the program's calls connect outside threads with its search.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::fence;

use super::kernel;
use super::record::Record;
use super::relation::Relation;
use super::stir::stir;

/// Outside threads that waited for files before the program wrote to one, and in which sleep.
#[derive(Debug)]
#[cfg_attr(
    not(test),
    allow(dead_code, reason = "for writes, which ask this in tests only")
)]
pub(crate) struct FileSleepers(Vec<(Arc<Record>, u64)>);

impl Relation {
    /// Connects outside threads that sleep at `address`, at which the program wakes or waits.
    /// Returns how many sleep there: if any, a real wake is needed as well. To be called after the
    /// program has changed the word.
    pub(crate) fn connect_sleepers_at(&self, address: usize) -> usize {
        // Who goes to sleep says so first, and then the kernel looks at the word. So either it sees
        // the new word, or it is seen here.
        fence(SeqCst);
        let known = self.known();
        let mut count = 0;
        for record in known.related.iter().chain(&known.unrelated) {
            if record.is_at_futex(address) {
                self.connect(record);
                count += 1;
            }
        }
        count
    }

    /// Wakes at most `count` of the outside threads that sleep at `address`, where the program wakes.
    /// Returns how many.
    pub(crate) fn wake_sleepers_at(&self, address: usize, count: usize, mask: u32) -> usize {
        if count == 0 || self.connect_sleepers_at(address) == 0 {
            return 0;
        }
        stir();
        kernel::wake(address, count, mask)
    }

    /// To be called before the program writes to a pipe, a socket or a counter, or closes one. No hook does
    /// yet: each would look at all threads.
    #[cfg_attr(not(test), allow(dead_code, reason = "see above"))]
    pub(crate) fn file_sleepers(&self) -> FileSleepers {
        let known = self.known();
        let sleepers = known
            .unrelated
            .iter()
            .filter(|record| record.awaits_files());
        let sleepers = sleepers.filter_map(|it| Some((Arc::clone(it), it.is_surely_asleep()?)));
        FileSleepers(sleepers.map(|(it, asleep)| (it, asleep.sequence)).collect())
    }

    /// Connects those that the program has woken by writing.
    #[cfg_attr(not(test), allow(dead_code, reason = "see above"))]
    pub(crate) fn connect_woken(&self, sleepers: &FileSleepers) {
        for (record, sequence) in &sleepers.0 {
            let asleep = record.is_surely_asleep().map(|asleep| asleep.sequence);
            if asleep != Some(*sequence) {
                self.connect(record);
            }
        }
    }
}
