//! Which threads have to do with a search.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use super::record::Record;
use super::registry::{all, aside, change, current, generation};
use crate::engine::lock::Mutex;

/// The outside threads as one search sees them.
#[derive(Debug)]
pub(crate) struct Relation {
    /// In the records, marks those that are connected with this search.
    bit: u64,
    /// Those whose descendants are kin: who asked for the search, and the search's own threads. Who has
    /// ended stays for as long as there are descendants, which keep the record too.
    roots: Mutex<Vec<Arc<Record>>>,
    known: Mutex<Arc<Known>>,
    /// How much had stirred when the related threads slept, if nothing else wakes them.
    pub(super) quiet_since: AtomicUsize,
    /// The numbers of threads that are known to be unrelated.
    pub(super) strangers: Mutex<Vec<u64>>,
}

/// The threads of one generation.
#[derive(Debug, Default)]
pub(super) struct Known {
    generation: usize,
    pub(super) related: Vec<Arc<Record>>,
    pub(super) unrelated: Vec<Arc<Record>>,
}

impl Known {
    /// Whether no thread was started or connected since.
    pub(super) fn is_current(&self) -> bool {
        self.generation == generation()
    }
}

/// The bits that are given to searches.
static BITS: Mutex<u64> = Mutex::new(0);

/// Shared by all searches for which there is no bit of their own, and never given back: it relates
/// threads to too many searches.
const SHARED: u64 = 1 << 63;

impl Relation {
    /// A search for which the calling thread asks.
    pub(crate) fn new() -> Self {
        let bit = aside(|| {
            let mut bits = BITS.lock();
            let bit = 1_u64 << bits.trailing_ones().min(63);
            *bits |= bit & !SHARED;
            bit
        });
        if bit != SHARED {
            // Left by a search that has ended.
            all().0.iter().for_each(|record| record.disconnect(bit));
        }
        Relation {
            bit,
            roots: Mutex::new(askers()),
            known: Mutex::default(),
            quiet_since: AtomicUsize::new(0),
            strangers: Mutex::default(),
        }
    }

    /// Threads that the calling one has started, or will, are kin.
    pub(crate) fn add_current_thread(&self) {
        if let Some(record) = current() {
            let mut roots = self.roots.lock();
            roots.retain(|root| !root.has_ended() || Arc::strong_count(root) > 1);
            if !roots.iter().any(|root| Arc::ptr_eq(root, &record)) {
                roots.push(record);
                drop(roots);
                change();
            }
        }
    }

    pub(super) fn known(&self) -> Arc<Known> {
        let known = Arc::clone(&self.known.lock());
        if known.is_current() {
            return known;
        }
        let (records, generation) = all();
        let (roots, mut new) = (self.roots.lock(), Known::default());
        new.generation = generation;
        for record in records {
            let is_root = roots.iter().any(|root| Arc::ptr_eq(root, &record));
            if record.has_ended() || record.is_engine() || is_root {
                continue;
            }
            let is_related = record.is_connected(self.bit) || is_descendant(&record, &roots);
            let list = if is_related {
                &mut new.related
            } else {
                &mut new.unrelated
            };
            list.push(record);
        }
        drop(roots);
        let new = Arc::new(new);
        *self.known.lock() = Arc::clone(&new);
        new
    }

    /// Connects a thread with the search.
    pub(super) fn connect(&self, record: &Record) {
        if !record.is_engine() && record.connect(self.bit) {
            change();
        }
    }

    /// The calling thread, which is an outside one, wakes the program, or waits where it waits.
    pub(crate) fn connect_current_thread(&self) {
        if let Some(record) = current() {
            self.connect(&record);
        }
    }
}

impl Drop for Relation {
    fn drop(&mut self) {
        aside(|| *BITS.lock() &= !(self.bit & !SHARED));
    }
}

/// The calling thread, and those that it works for: a search's workers are started by who asks.
fn askers() -> Vec<Arc<Record>> {
    let mut askers = Vec::from_iter(current());
    while let Some(parent) = askers.last().and_then(|it| it.parent())
        && parent.is_engine()
    {
        askers.push(parent);
    }
    // Who has asked first comes first.
    askers.reverse();
    askers
}

fn is_descendant(record: &Record, roots: &[Arc<Record>]) -> bool {
    let mut ancestor = record.parent();
    while let Some(it) = ancestor {
        if roots.iter().any(|root| Arc::ptr_eq(root, &it)) {
            return true;
        }
        ancestor = it.parent();
    }
    false
}
