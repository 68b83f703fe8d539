//! Going on where an engine has taken turns again that were the same in the execution before.

use super::{ExecutionState, ThreadState};
use crate::operation::{Operation, Pending, ThreadId};
use crate::site::MarkerId;

impl ExecutionState {
    /// How many turns the execution that begins repeats, if all threads do what they did: one for
    /// each start and one for each step that is repeated. The last of them leads to a new choice,
    /// however it ends.
    pub(crate) fn replayed_turns(&self) -> usize {
        self.threads.declared() + self.steps.len()
    }

    /// Brings the state up to date after the first `count` turns were replayed without calling
    /// [`advance`](Self::advance); `current` now has the turn. `reached` tells at which marker the
    /// last turn of a thread has ended, if the thread is not at its end.
    pub(crate) fn fast_forward(
        &mut self,
        count: usize,
        current: ThreadId,
        reached: impl Fn(ThreadId) -> Option<MarkerId>,
    ) {
        let declared = self.threads.declared();
        self.started = declared.min(count + 1);
        self.taken = (count + 1).saturating_sub(declared);
        let states = &mut self.threads.states[..self.started];
        for (index, state) in states.iter_mut().enumerate() {
            let thread = ThreadId::new(index);
            let marker = reached(thread);
            *state = marker.map_or(ThreadState::Finished, ThreadState::Marker);
            if let Some(marker) = marker {
                if thread == current {
                    self.running = Some(self.enabled.len());
                }
                let operation = Operation::at_marker(marker);
                self.enabled.push(Pending { thread, operation });
            }
        }
        self.threads.states[current.index()] = ThreadState::Running;
    }
}

#[cfg(test)]
mod tests;
