//! Undoes what `thread::park` has noted when its thread is unwound.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use super::current;

/// What std's parker holds while its thread is parked.
const PARKED: u32 = u32::MAX;

/// Makes the parker of the calling thread empty again if the thread waits at `word` in
/// `thread::park`. Otherwise it would be neither empty nor parked at the next call, which would then
/// spin for ever.
///
/// Nothing here may wait, or be seen by a run: what std calls goes to the system.
pub(super) fn leave(word: &AtomicU32) {
    let is_parked = || word.load(Ordering::SeqCst) == PARKED;
    if is_parked() {
        // Gives the thread a token, and takes it. Some other word that has this value stays so, and
        // the thread keeps the token: to return from `thread::park` without reason is allowed.
        current::uncontrolled(|| {
            thread::current().unpark();
            if !is_parked() {
                thread::park();
            }
        });
    }
}
