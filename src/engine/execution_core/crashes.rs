//! What is told of the execution if the process dies, and the crashes that are known.

use super::{ExecutionCore, Phase, ThreadId, Turn};
use crate::engine::known_crashes::KnownCrashes;
use crate::failure::FailureKind;

impl ExecutionCore {
    /// The execution comes to this phase.
    pub(in super::super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.state.recorder().enter(phase);
    }

    /// `thread` has just been given the turn. Takes it back if it is known that it would end the process.
    #[cold]
    pub(super) fn turn_unless_known(&mut self, known: &KnownCrashes, thread: ThreadId) -> Turn {
        let (steps, names) = (self.state.steps(), self.state.threads().names());
        let Some(crash) = known.at(thread, steps, names) else {
            return Turn::Of(thread);
        };
        self.state.take_back(thread);
        self.fail(FailureKind::Crash(crash.clone()))
    }
}
