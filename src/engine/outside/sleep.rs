//! What a thread that no run controls says before it sleeps, and after.
//!
//! Between the two lies one system call, which must take nothing: no byte, no event of an
//! edge-triggered `epoll`, no lock. A read is a wait for the file in `poll`, then the read.

use std::sync::Arc;

use super::kernel::PollEntry;
use super::record::{Kind, Record};
use super::registry::with_current;
use super::wake::{connect_with_waiters, has_model_waiters};

/// The calling thread is about to wait until the word at `address` is not `expected`.
#[inline]
pub(crate) fn before_wait(address: usize, expected: u32, is_timed: bool) {
    with_current(|record| {
        record.fall_asleep(Kind::Futex, address, expected, is_timed);
        if has_model_waiters() && !record.is_engine() {
            connect_with_waiters(address);
        }
    });
}

/// The calling thread is about to wait for events of one file.
#[inline]
pub(crate) fn before_file_wait(file: i32, events: i16, is_timed: bool) {
    let (place, events) = (file.cast_unsigned() as usize, events.cast_unsigned());
    with_current(|record| record.fall_asleep(Kind::File, place, events.into(), is_timed));
}

/// The calling thread is about to wait for events of several files.
pub(crate) fn before_files_wait(files: &[PollEntry], is_timed: bool) {
    with_current(|record| {
        record.set_files(files);
        record.fall_asleep(Kind::Files, 0, 0, is_timed);
    });
}

/// The calling thread is about to wait for the end of another one. [`after_join`] follows.
pub(crate) fn before_join(joined: &Arc<Record>) {
    with_current(|record| {
        record.set_joined(Some(Arc::clone(joined)));
        record.fall_asleep(Kind::Join, 0, 0, false);
    });
}

/// The calling thread is awake again, and forgets the other thread, which may know this one.
pub(crate) fn after_join() {
    with_current(|record| {
        record.wake_up(false);
        record.set_joined(None);
    });
}

/// The calling thread is about to sleep for some time.
#[inline]
pub(crate) fn before_sleep() {
    with_current(|record| record.fall_asleep(Kind::Pause, 0, 0, true));
}

/// The calling thread is awake again.
#[cfg(test)]
pub(crate) fn after_wait() {
    after_timed_wait(false);
}

/// The calling thread is awake again, perhaps since its time was up.
#[inline]
pub(crate) fn after_timed_wait(is_up: bool) {
    with_current(|record| record.wake_up(is_up));
}

/// Whether the calling thread, which no run controls, acts since some time has passed.
pub(crate) fn is_up_by_itself() -> bool {
    let mut is_up = false;
    with_current(|record| is_up = record.woke_by_itself());
    is_up
}
