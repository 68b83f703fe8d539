//! Threads that could neither go on nor unwind when their execution was over.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use crate::error::{Error, ErrorKind};

/// How many there are in this process.
static LEFT: AtomicUsize = AtomicUsize::new(0);

/// The most that there may be. Each keeps its stack, and its thread, for the life of the process.
const MAX_LEFT: usize = 8000;

pub(super) fn add(count: usize) {
    // Mostly there are none, and to add takes as long as a turn.
    if count > 0 {
        LEFT.fetch_add(count, Relaxed);
    }
}

/// # Errors
///
/// If there is no room for more.
pub(super) fn check() -> Result<(), Error> {
    if LEFT.load(Relaxed) < MAX_LEFT {
        return Ok(());
    }
    let text = format!(
        "{MAX_LEFT} threads of this process were deadlocked and could not be unwound from where \
         they wait, in code that is not std's: their stacks are kept, and there is no room for \
         more. Stop at the first failure, or run fewer executions in one process"
    );
    Err(Error::new(ErrorKind::NoOsThread, text))
}
