//! Counts executions, from within the programs.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::program::Program;

static EXECUTIONS: AtomicU64 = AtomicU64::new(0);
static LOSSES: AtomicU64 = AtomicU64::new(0);

/// How many executions there were, and in how many an update was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) executions: u64,
    pub(crate) losses: u64,
}

/// Takes note of an execution of `program` that ended with the number at `value`. Each tool calls
/// this once for each execution, when the threads have ended.
pub(crate) fn ended(program: Program, value: u32) {
    EXECUTIONS.fetch_add(1, Relaxed);
    if value != program.sum() {
        LOSSES.fetch_add(1, Relaxed);
    }
}

/// The executions so far in this search.
pub(crate) fn executions() -> u64 {
    EXECUTIONS.load(Relaxed)
}

/// Ends one search and begins the next.
pub(crate) fn take() -> Tally {
    Tally {
        executions: EXECUTIONS.swap(0, Relaxed),
        losses: LOSSES.swap(0, Relaxed),
    }
}
