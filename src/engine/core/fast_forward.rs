//! Going on where an engine has taken turns again that were the same in the execution before.

use super::{ExecutionState, ThreadState};
use crate::operation::{Operation, Pending, ThreadId};
use crate::site::MarkerId;

impl ExecutionState {
    /// How many turns the execution that begins repeats, if all threads do what they did: one for
    /// each start and one for each step that is repeated. The last of them leads to a new choice,
    /// however it ends.
    pub(crate) fn replayed_turns(&self) -> usize {
        if self.known < self.steps.len() {
            // What the steps touch is to be noted again.
            return 0;
        }
        self.threads.declared() + self.steps.len()
    }

    /// Brings the state up to date after the first `count` turns were replayed without calling
    /// [`advance`](Self::advance); `current` now has the turn. `reached` tells for each declared thread
    /// at which marker its last turn has ended, if the thread is not at its end.
    pub(crate) fn fast_forward(
        &mut self,
        count: usize,
        current: ThreadId,
        reached: impl IntoIterator<Item = Option<MarkerId>>,
    ) {
        let declared = self.threads.declared();
        self.started = declared.min(count + 1);
        self.taken = (count + 1).saturating_sub(declared);
        // Without a branch on where a thread stands: nothing predicts that.
        let nobody = Pending {
            thread: current,
            operation: Operation::start(),
        };
        self.enabled.resize(self.started, nobody);
        let (mut count, mut slot) = (0, 0);
        let states = &mut self.threads.states[..self.started];
        for (index, (state, marker)) in states.iter_mut().zip(reached).enumerate() {
            let thread = ThreadId::new(index);
            *state = marker.map_or(ThreadState::Finished, ThreadState::Marker);
            let operation = marker.map_or(Operation::start(), Operation::at_marker);
            self.enabled[count] = Pending { thread, operation };
            slot = if thread == current { count } else { slot };
            count += usize::from(marker.is_some());
        }
        self.enabled.truncate(count);
        let is_enabled = self.threads.states[current.index()] != ThreadState::Finished;
        self.running = is_enabled.then_some(slot);
        self.threads.states[current.index()] = ThreadState::Running;
        if !self.footprints.is_empty() {
            // Only starts were replayed: each thread has come to one marker, and declared what it does there.
            let others = self.enabled.iter().map(|it| it.thread);
            others
                .filter(|it| *it != current)
                .for_each(|it| self.footprints.reach(it));
        }
    }
}

#[cfg(test)]
mod tests;
