//! Counts what ends the quiet of runs.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Release};

/// Grows whenever a run that is [quiet](super::Relation::is_quiet) may have to look again.
static STIRS: AtomicUsize = AtomicUsize::new(1);

#[inline]
pub(super) fn stirs() -> usize {
    STIRS.load(Acquire)
}

pub(super) fn stir() {
    STIRS.fetch_add(1, Release);
}
