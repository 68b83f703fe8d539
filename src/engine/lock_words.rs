//! The words of locks that threads of one execution are about to acquire, or have acquired.

use super::core::ExecutionState;
use super::lock_question::Acquisition;
use super::lock_site::LockSite;
use super::lock_table::BlockedOn;
use crate::operation::{ThreadId, ThreadState};

/// The word of a lock, and how it is seen whether that is free.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LockWord {
    pub(crate) address: usize,
    /// Looks at the word, which is there while a thread is about to access it.
    pub(crate) is_free: fn(usize) -> bool,
    /// Whether others may acquire it as well, as readers do.
    pub(crate) is_shared: bool,
}

#[derive(Debug, Default)]
pub(super) struct LockWords {
    /// The compare-and-swaps that have failed, each with its word, whose threads have come to no point since.
    failed: Vec<(ThreadId, &'static LockSite, usize)>,
    /// What paused threads are about to acquire.
    awaited: Vec<(Acquisition, LockWord)>,
    /// Who reads under the locks with these words.
    readers: Vec<(ThreadId, usize)>,
    /// Who has acquired a word last that was not seen free since, and whether others share it.
    last: Vec<(usize, Acquisition, bool)>,
}

impl LockWords {
    pub(super) fn clear(&mut self) {
        self.failed.clear();
        self.awaited.clear();
        self.last.clear();
        self.readers.clear();
    }

    /// The compare-and-swap of `thread` at `site` has failed.
    pub(super) fn fail(&mut self, thread: ThreadId, site: &'static LockSite, word: usize) {
        self.failed.push((thread, site, word));
    }

    /// `thread` has come to its next point. Returns where it has failed before, if it has.
    pub(super) fn take_failed(&mut self, thread: ThreadId) -> Option<(&'static LockSite, usize)> {
        let place = self.failed.iter().position(|it| it.0 == thread)?;
        let (_, site, word) = self.failed.swap_remove(place);
        Some((site, word))
    }

    /// Whether a thread has failed that has come to no point since.
    #[inline]
    pub(super) fn have_failed(&self) -> bool {
        !self.failed.is_empty()
    }

    /// A thread pauses where it is about to acquire `word`.
    pub(super) fn await_word(&mut self, by: Acquisition, word: LockWord) {
        self.pass(by.thread);
        self.awaited.push((by, word));
    }

    /// `thread` has gone on from where it was about to acquire a word, if it was.
    fn pass(&mut self, thread: ThreadId) {
        let place = self.awaited.iter().position(|it| it.0.thread == thread);
        if let Some(place) = place {
            let (by, word) = self.awaited.swap_remove(place);
            if word.is_shared {
                self.readers.push((by.thread, word.address));
            }
            let before = self.last.iter().position(|it| it.0 == word.address);
            let before = before.map(|place| self.last.swap_remove(place));
            let is_one_of_several = before.is_some_and(|it| word.is_shared && it.1 != by);
            self.last.push((word.address, by, is_one_of_several));
        }
    }

    /// `thread` is about to wait, perhaps. Returns whether it reads under a lock.
    pub(super) fn does_read(&mut self, thread: ThreadId) -> bool {
        self.pass(thread);
        self.readers.iter().any(|it| it.0 == thread)
    }

    /// Whether `thread` reads under the lock with this word.
    pub(super) fn reads_under(&mut self, thread: ThreadId, word: usize) -> bool {
        self.pass(thread);
        self.readers.contains(&(thread, word))
    }

    /// `thread` has ended to read under the lock with this word.
    pub(super) fn end_reading(&mut self, thread: ThreadId, word: usize) {
        self.pass(thread);
        let place = self.readers.iter().position(|it| *it == (thread, word));
        place.map(|place| self.readers.swap_remove(place));
    }

    /// Whether anybody is about to acquire a word.
    #[inline]
    pub(super) fn are_awaited(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Looks at all words that are awaited, before a turn is decided.
    #[cold]
    pub(super) fn look(&mut self, state: &mut ExecutionState) {
        for at in (0..self.awaited.len()).rev() {
            let (by, word) = self.awaited[at];
            let stands = state.state(by.thread);
            let is_there = [
                ThreadState::Marker(by.marker),
                ThreadState::WaitingForLock(by.marker),
            ];
            if !is_there.contains(&stands) {
                self.pass(by.thread);
                continue;
            }
            let is_free = (word.is_free)(word.address);
            if is_free && !word.is_shared {
                self.last.retain(|it| it.0 != word.address);
            }
            state.set_free(by.thread, is_free);
        }
    }

    /// Adds the words that are not free to `blocked_on`.
    #[cold]
    pub(super) fn blocked_on(&self, blocked_on: &mut Vec<BlockedOn>) {
        let held = self.awaited.iter();
        let held = held.filter(|(_, word)| !(word.is_free)(word.address));
        blocked_on.extend(held.map(|(by, word)| {
            let last = self.last.iter().find(|it| it.0 == word.address);
            BlockedOn {
                thread: by.thread,
                name: "lock",
                last: last.map(|it| it.1),
                others_may_hold: last.is_some_and(|it| it.2),
            }
        }));
    }
}
