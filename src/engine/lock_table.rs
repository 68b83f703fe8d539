//! The locks that markers declare in one execution: which thread is about to acquire which, whether
//! they are free, and which thread acquired them last.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::core::ExecutionState;
use super::lock_probe::LockProbe;
use super::lock_question::{Acquisition, LockQuestion};
use super::lock_state::{ByAddress, LockId, LockState};
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// A lock that a paused thread is about to acquire, and that is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockedOn {
    pub(crate) thread: ThreadId,
    /// The expression in its marker.
    pub(crate) name: &'static str,
    /// The last thread that went on from a marker that acquires it, unless it was seen free since.
    /// It may also have been acquired elsewhere, without a marker.
    pub(crate) last: Option<Acquisition>,
    /// Whether that thread shares it, so that others may hold it too.
    pub(crate) others_may_hold: bool,
}

/// The last thread that acquired a lock.
#[derive(Debug, Clone, Copy)]
struct LastAcquisition {
    by: Acquisition,
    is_shared: bool,
    /// Whether another thread shared it before, and it was not seen free of both since.
    is_one_of_several: bool,
}

/// The locks that threads are about to acquire or have acquired, as far as markers tell. Empty in a
/// program without such markers.
#[derive(Debug, Default)]
pub(super) struct LockTable {
    /// The questions of threads that are about to acquire locks.
    probes: Vec<(Acquisition, LockProbe)>,
    /// The locks that they showed when they were last asked.
    shown: Vec<(Acquisition, LockState)>,
    /// How many of the questions have been asked for the next turn.
    asked: usize,
    /// The thread whose question is being asked.
    being_asked: Option<Acquisition>,
    /// An empty buffer for the next question.
    spare: Vec<LockState>,
    /// By lock. A map, since a long execution may have many.
    last: HashMap<LockId, LastAcquisition, BuildHasherDefault<ByAddress>>,
}

impl LockTable {
    /// Whether a thread is about to acquire a lock.
    #[inline]
    pub(super) fn has_probes(&self) -> bool {
        !self.probes.is_empty()
    }

    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.shown.is_empty() {
            self.shown.clear();
            self.last.clear();
        }
    }

    /// Adds the question of `thread`, which is paused at `marker`.
    pub(super) fn add_probe(&mut self, thread: ThreadId, marker: MarkerId, probe: LockProbe) {
        self.probes.push((Acquisition { thread, marker }, probe));
    }

    /// Removes the question of `thread`, which must not be being asked. If the thread goes on, it
    /// acquires its locks now.
    pub(super) fn withdraw(&mut self, thread: ThreadId, goes_on: bool) {
        self.probes.retain(|(asker, _)| asker.thread != thread);
        let own = self.shown.iter().filter(|(it, _)| it.thread == thread);
        for &(
            by,
            LockState {
                lock, is_shared, ..
            },
        ) in own.filter(|_| goes_on)
        {
            let before = self.last.get(&lock).filter(|it| is_shared && it.is_shared);
            let last = LastAcquisition {
                by,
                is_shared,
                is_one_of_several: before
                    .is_some_and(|it| it.is_one_of_several || it.by.thread != thread),
            };
            self.last.insert(lock, last);
        }
    }

    /// The next question to ask before a turn is decided; `None` when all have been asked. It must
    /// be given back to [`answer`](Self::answer).
    #[cold]
    pub(super) fn next_question(&mut self) -> Option<LockQuestion> {
        if self.asked == 0 {
            self.shown.clear();
        }
        let Some(&(asker, probe)) = self.probes.get(self.asked) else {
            self.asked = 0;
            return None;
        };
        self.asked += 1;
        self.being_asked = Some(asker);
        let shown = std::mem::take(&mut self.spare);
        Some(LockQuestion {
            asker,
            probe,
            shown,
        })
    }

    pub(super) fn answer(&mut self, question: LockQuestion, state: &mut ExecutionState) {
        let LockQuestion {
            asker, mut shown, ..
        } = question;
        let mut is_free = true;
        for lock in shown.drain(..) {
            is_free &= lock.is_free;
            self.forget_if_free(lock);
            self.shown.push((asker, lock));
        }
        self.spare = shown;
        self.being_asked = None;
        state.set_free(asker.thread, is_free);
    }

    /// Forgets the last acquisition of a lock that was released since. A lock that is free for a
    /// further sharer may still be shared; it is only not held exclusively.
    fn forget_if_free(&mut self, lock: LockState) {
        let was_shared = || self.last.get(&lock.lock).is_some_and(|it| it.is_shared);
        if lock.is_free && !(lock.is_shared && was_shared()) {
            self.last.remove(&lock.lock);
        }
    }

    /// The thread whose question is being asked: it must not be withdrawn.
    pub(super) fn being_asked(&self) -> Option<Acquisition> {
        self.being_asked
    }

    /// Fills `blocked_on` with the locks that were not free when last asked for.
    #[cold]
    pub(super) fn blocked_on(&self, blocked_on: &mut Vec<BlockedOn>) {
        let held = self.shown.iter().filter(|(_, lock)| !lock.is_free);
        blocked_on.clear();
        blocked_on.extend(held.map(|&(asker, lock)| {
            let last = self.last.get(&lock.lock);
            BlockedOn {
                thread: asker.thread,
                name: lock.name,
                last: last.map(|last| last.by),
                others_may_hold: last.is_some_and(|last| last.is_one_of_several),
            }
        }));
    }
}
