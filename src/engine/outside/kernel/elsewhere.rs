//! Where no calls are hooked, no thread says that it sleeps.

use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use super::poll_entry::PollEntry;

pub(in super::super) const SEES_THREADS: bool = false;

pub(in super::super) fn is_word(_address: usize, _expected: u32) -> bool {
    false
}

pub(in super::super) fn waiting_at(_address: usize, _expected: u32) -> usize {
    0
}

pub(in super::super) fn wake_all(_address: usize) {}

pub(in super::super) fn is_ready(_entries: &mut [PollEntry]) -> bool {
    true
}

pub(in super::super) fn nap(time: Duration) {
    thread::sleep(time);
}

pub(in super::super) fn now() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}

pub(in super::super) fn thread_name() -> String {
    String::new()
}

pub(in super::super) fn wake(_: usize, _: usize, _: u32) -> usize {
    0
}
