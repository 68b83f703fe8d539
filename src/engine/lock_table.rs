//! The locks that markers tell of in one execution: who is about to acquire which, whether it is
//! free, and who did so last.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::core::ExecutionState;
use super::lock_probe::LockProbe;
use super::lock_question::{Acquisition, LockQuestion};
use super::lock_state::{ByAddress, LockId, LockState};
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// What a paused thread is about to acquire, and is not free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BlockedOn {
    /// Who waits.
    pub(crate) thread: ThreadId,
    /// What the marker calls it.
    pub(crate) name: &'static str,
    /// Who went on last from a marker that acquires it, unless it was seen free since. That it was
    /// not acquired elsewhere too, nobody can tell.
    pub(crate) last: Option<Acquisition>,
    /// Whether that was one of several who share it, of whom others may have it, too.
    pub(crate) others_may_hold: bool,
}

/// Who acquired a lock last.
#[derive(Debug, Clone, Copy)]
struct LastAcquisition {
    by: Acquisition,
    /// Whether it was acquired beside others that do so.
    is_shared: bool,
    /// Whether another did so before, and it was not seen to be free of both since.
    is_one_of_several: bool,
}

/// The locks that threads are about to acquire or have acquired, as far as markers say so. With no
/// such marker it is empty, and nothing is to be done.
#[derive(Debug, Default)]
pub(super) struct LockTable {
    /// The questions of threads that are about to acquire something.
    probes: Vec<(Acquisition, LockProbe)>,
    /// What they showed when they were asked last.
    looks: Vec<(Acquisition, LockState)>,
    /// How many of the questions were asked for the turn that is to be decided.
    asked: usize,
    /// Whose question is being asked.
    being_asked: Option<Acquisition>,
    /// Where the next question is to note what it sees.
    spare: Vec<LockState>,
    /// Who acquired each last. Not in a list, since a long execution may have many.
    last: HashMap<LockId, LastAcquisition, BuildHasherDefault<ByAddress>>,
}

impl LockTable {
    /// Whether nobody is about to acquire anything.
    #[inline]
    pub(super) fn are_unwanted(&self) -> bool {
        self.probes.is_empty()
    }

    /// An execution begins.
    #[inline]
    pub(super) fn clear(&mut self) {
        if !self.looks.is_empty() {
            self.looks.clear();
            self.last.clear();
        }
    }

    /// `thread` is paused at `marker`, and leaves a question.
    pub(super) fn ask_for(&mut self, thread: ThreadId, marker: MarkerId, probe: LockProbe) {
        self.probes.push((Acquisition { thread, marker }, probe));
    }

    /// Takes back the question of `thread`, which is not being asked; if the thread goes on, it
    /// acquires now what it asked for.
    pub(super) fn withdraw(&mut self, thread: ThreadId, goes_on: bool) {
        self.probes.retain(|(asker, _)| asker.thread != thread);
        let own = self.looks.iter().filter(|(it, _)| it.thread == thread);
        for &(by, look) in own.filter(|_| goes_on) {
            let mut is_one_of_several = false;
            if look.is_shared
                && let Some(before) = self.last.get(&look.lock).filter(|it| it.is_shared)
            {
                is_one_of_several = before.is_one_of_several || before.by.thread != thread;
            }
            let last = LastAcquisition {
                by,
                is_shared: look.is_shared,
                is_one_of_several,
            };
            self.last.insert(look.lock, last);
        }
    }

    /// The next question to be asked before a turn is decided; nothing when all have been. It is to
    /// be given back with its [answer](Self::answer).
    #[cold]
    pub(super) fn next_question(&mut self) -> Option<LockQuestion> {
        if self.asked == 0 {
            self.looks.clear();
        }
        let Some(&(asker, probe)) = self.probes.get(self.asked) else {
            self.asked = 0;
            return None;
        };
        self.asked += 1;
        self.being_asked = Some(asker);
        let looks = std::mem::take(&mut self.spare);
        Some(LockQuestion {
            asker,
            probe,
            looks,
        })
    }

    /// Takes note of what a question has shown.
    pub(super) fn answer(&mut self, question: LockQuestion, state: &mut ExecutionState) {
        let LockQuestion {
            asker, mut looks, ..
        } = question;
        let mut is_free = true;
        for look in looks.drain(..) {
            is_free &= look.is_free;
            self.forget_if_free(look);
            self.looks.push((asker, look));
        }
        self.spare = looks;
        self.being_asked = None;
        state.set_free(asker.thread, is_free);
    }

    /// Forgets who acquired a lock last if it was released since. That it is free for one more of
    /// those that share it tells nothing of them, but that nobody has it alone.
    fn forget_if_free(&mut self, look: LockState) {
        let was_shared = || self.last.get(&look.lock).is_some_and(|it| it.is_shared);
        if look.is_free && !(look.is_shared && was_shared()) {
            self.last.remove(&look.lock);
        }
    }

    /// Whose question is being asked: it must not be taken back.
    pub(super) fn being_asked(&self) -> Option<Acquisition> {
        self.being_asked
    }

    /// What was not free when it was asked for last, into `blocked_on`.
    #[cold]
    pub(super) fn blocked_on(&self, blocked_on: &mut Vec<BlockedOn>) {
        let shut = self.looks.iter().filter(|(_, look)| !look.is_free);
        blocked_on.clear();
        blocked_on.extend(shut.map(|&(asker, look)| {
            let last = self.last.get(&look.lock);
            BlockedOn {
                thread: asker.thread,
                name: look.name,
                last: last.map(|last| last.by),
                others_may_hold: last.is_some_and(|last| last.is_one_of_several),
            }
        }));
    }
}
