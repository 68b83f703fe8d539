//! Going on where an engine has taken turns again that were the same in the execution before.

use super::{State, ThreadState};
use crate::search::{Enabled, ThreadId};
use crate::site::MarkerId;

impl State {
    /// How many turns the execution that begins has in common with the one before, if all threads
    /// do what they did: one for each start and one for each step that is repeated. The last of them
    /// leads to a new choice, however it ends.
    pub(crate) fn common_turns(&self) -> usize {
        self.threads.len() + self.steps.len()
    }

    /// The first `count` turns of the execution before were taken again without asking for each,
    /// instead of the first [`advance`](Self::advance), and the turn after them has been given to
    /// `current`. `reached` tells at which marker the last turn of a thread has ended, if the thread
    /// is not at its end.
    pub(crate) fn again(
        &mut self,
        count: usize,
        current: ThreadId,
        reached: impl Fn(ThreadId) -> Option<MarkerId>,
    ) {
        let threads = self.threads.len();
        self.started = threads.min(count + 1);
        self.taken = (count + 1).saturating_sub(threads);
        for (index, at) in self.threads[..self.started].iter_mut().enumerate() {
            let thread = ThreadId::new(index);
            let marker = reached(thread);
            *at = marker.map_or(ThreadState::Finished, ThreadState::Marker);
            if let Some(marker) = marker {
                if thread == current {
                    self.running = Some(self.ready.len());
                }
                self.ready.push(Enabled { thread, marker });
            }
        }
        self.threads[current.index()] = ThreadState::Running;
    }
}

#[cfg(test)]
mod tests;
