//! What is told of an execution: its steps with what they touched, and where its threads stand.

use super::ExecutionState;
use crate::engine::flight_recorder::FlightRecorder;
use crate::operation::{Event, ThreadState, ThreadStatus, Trace};

impl ExecutionState {
    /// What is told of the execution if the process dies.
    pub(crate) fn recorder(&self) -> &'static FlightRecorder {
        self.recording.recorder()
    }

    pub(crate) fn steps(&self) -> &[Event] {
        &self.steps[..self.taken]
    }

    /// The steps, and what they touched. How they ended, and where the threads stood then, the caller
    /// adds.
    pub(crate) fn trace(&self) -> Trace<'_> {
        Trace {
            events: self.steps(),
            accesses: &self.accesses,
            repeated: self.repeated.min(self.taken),
            is_cut_short: false,
            has_aborted: false,
            conditional: self.conditional_step,
            threads: &[],
            footprints: &self.footprints,
            identities: self.threads.identities(),
        }
    }

    /// Where every thread stands, into `statuses`.
    pub(crate) fn report_statuses(&self, statuses: &mut Vec<ThreadStatus>) {
        let status = |&state| ThreadStatus {
            state,
            passed: None,
        };
        statuses.clear();
        statuses.extend(self.threads.states.iter().map(status));
        for event in self.steps() {
            let passed = &mut statuses[event.thread.index()].passed;
            *passed = event.operation.passes().or(*passed);
        }
    }

    /// As [`report_statuses`](Self::report_statuses), after an execution that is complete.
    pub(crate) fn report_finished(&self, statuses: &mut Vec<ThreadStatus>) {
        let finished = ThreadStatus {
            state: ThreadState::Finished,
            passed: None,
        };
        // The length is not stored where it is right already: to be loaded together with the pointer
        // just after it was stored alone stalls the load.
        if statuses.len() != self.threads.len() {
            statuses.resize(self.threads.len(), finished);
        }
        statuses.fill(finished);
    }

    /// Keeps the first `count` steps to be taken again, and forgets those after them.
    pub(super) fn keep_steps(&mut self, count: usize) {
        self.steps.truncate(count);
        self.repeated = self.steps.len();
        let accesses = self.steps.last().map_or(0, |last| last.accesses_end);
        self.accesses.truncate(accesses as usize);
    }
}
