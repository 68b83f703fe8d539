//! The threads of an execution that wait in the kernel, and what for.

use super::sight::{FutexWait, word};
use crate::engine::At;
use crate::engine::state::State;
use crate::search::ThreadId;

/// The threads that wait in the kernel, in the execution under way.
#[derive(Debug, Default)]
pub(super) struct Blocked {
    waits: Vec<(ThreadId, FutexWait)>,
    /// Where threads have waited, in the order in which that was first so. An address differs from
    /// run to run; its place here does not.
    places: Vec<usize>,
}

impl Blocked {
    /// Forgets the execution before.
    pub(super) fn clear(&mut self) {
        self.waits.clear();
        self.places.clear();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.waits.is_empty()
    }

    /// The running `thread` waits for `wait`.
    pub(super) fn add(&mut self, state: &mut State, thread: ThreadId, wait: FutexWait) {
        let known = self.places.iter().position(|it| *it == wait.address);
        let place = known.unwrap_or_else(|| {
            self.places.push(wait.address);
            self.places.len() - 1
        });
        self.waits.retain(|(other, _)| *other != thread);
        self.waits.push((thread, wait));
        state.block(thread, u32::try_from(place).unwrap_or(u32::MAX));
    }

    /// Finds out which of the threads could go on. A thread could if the word is not what it was
    /// when the thread went to wait: then the kernel ends the wait at once.
    #[cold]
    pub(super) fn hear(&mut self, state: &mut State) {
        let is_blocked = |at| matches!(at, At::Blocked(_) | At::Released(_));
        self.waits
            .retain(|(thread, _)| is_blocked(state.at(*thread)));
        for (thread, wait) in &self.waits {
            // Memory that is gone ends the wait, too.
            state.set_released(*thread, word(wait.address) != Some(wait.expected));
        }
    }

    /// The first thread that could go on, when the execution is over.
    pub(super) fn released(&mut self, state: &mut State) -> Option<ThreadId> {
        self.hear(state);
        let mut threads = self.waits.iter().map(|(thread, _)| *thread);
        threads.find(|thread| matches!(state.at(*thread), At::Released(_)))
    }
}
