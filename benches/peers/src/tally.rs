//! Counts executions, from within the programs.
//!
//! Each OS thread counts for itself: a number that several processors add to would cost more than
//! an execution does, and what is measured is not the counting.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

use crate::program::Program;

/// The numbers of one OS thread, or of a few, on a cache line of their own.
#[repr(align(128))]
struct Count {
    executions: AtomicU64,
    losses: AtomicU64,
}

const PLACES: usize = 16;

static COUNTS: [Count; PLACES] = [const {
    Count {
        executions: AtomicU64::new(0),
        losses: AtomicU64::new(0),
    }
}; PLACES];

/// How many threads have counted.
static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static OWN: &'static Count = &COUNTS[THREADS.fetch_add(1, Relaxed) % PLACES];
}

/// How many executions there were, and in how many an update was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) executions: u64,
    pub(crate) losses: u64,
}

/// Takes note of an execution of `program` that ended with the number at `value`. Each tool calls
/// this once for each execution, when the threads have ended.
pub(crate) fn ended(program: Program, value: u32) {
    OWN.with(|count| {
        count.executions.fetch_add(1, Relaxed);
        if value != program.sum() {
            count.losses.fetch_add(1, Relaxed);
        }
    });
}

/// The executions so far in this search.
pub(crate) fn executions() -> u64 {
    let executions = COUNTS.iter().map(|count| count.executions.load(Relaxed));
    executions.sum()
}

/// Ends one search and begins the next.
pub(crate) fn take() -> Tally {
    let take = |of: fn(&Count) -> &AtomicU64| {
        let counts = COUNTS.iter().map(of);
        counts.map(|count| count.swap(0, Relaxed)).sum()
    };
    Tally {
        executions: take(|count| &count.executions),
        losses: take(|count| &count.losses),
    }
}
