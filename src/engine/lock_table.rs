//! The locks that markers tell of in one execution: who is about to acquire which, whether it is
//! free, and who did so last.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::conclude::look_at;
use super::core::ExecutionState;
use super::lock_probe::LockProbe;
use super::lock_state::{ByAddress, LockId, LockState};
use crate::operation::ThreadId;
use crate::site::MarkerId;

/// A thread at a marker that says what the gated code acquires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Acquisition {
    pub(crate) thread: ThreadId,
    pub(crate) marker: MarkerId,
}

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
}

/// The locks that threads are about to acquire or have acquired, as far as markers say so. With no
/// such marker it is empty, and nothing is to be done.
#[derive(Debug, Default)]
pub(super) struct LockTable {
    /// The questions of threads that are about to acquire something.
    probes: Vec<(Acquisition, LockProbe)>,
    /// What they showed when they were asked last.
    looks: Vec<(Acquisition, LockState)>,
    /// Who acquired each last. Not in a list, since a long execution may have many.
    last: HashMap<LockId, Acquisition, BuildHasherDefault<ByAddress>>,
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

    /// Takes back the question of `thread`; if it goes on, it acquires now what it asked for.
    pub(super) fn withdraw(&mut self, thread: ThreadId, goes_on: bool) {
        self.probes.retain(|(asker, _)| asker.thread != thread);
        let own = self.looks.iter().filter(|(it, _)| it.thread == thread);
        for (asker, look) in own.filter(|_| goes_on) {
            self.last.insert(look.lock, *asker);
        }
    }

    /// Finds out which threads could go on of those that are about to acquire something.
    #[cold]
    pub(super) fn ask(&mut self, state: &mut ExecutionState) {
        let LockTable {
            probes,
            looks,
            last,
        } = self;
        looks.clear();
        for (asker, probe) in probes {
            let mut is_free = true;
            look_at(probe, &mut |look| {
                is_free &= look.is_free;
                if look.is_free {
                    last.remove(&look.lock);
                }
                looks.push((*asker, look));
            });
            state.set_free(asker.thread, is_free);
        }
    }

    /// What was not free when it was asked for last, into `wants`.
    #[cold]
    pub(super) fn blocked_on(&self, blocked_on: &mut Vec<BlockedOn>) {
        let shut = self.looks.iter().filter(|(_, look)| !look.is_free);
        blocked_on.clear();
        blocked_on.extend(shut.map(|&(asker, look)| BlockedOn {
            thread: asker.thread,
            name: look.name,
            last: self.last.get(&look.lock).copied(),
        }));
    }
}
