//! Threads that the program starts, and the ends of threads that others wait for.

use super::{ExecutionState, Operation, Pending, StepEnd, ThreadId, ThreadState};

impl ExecutionState {
    /// `parent`, which is running, starts a thread. Its first step is a choice like any other.
    pub(crate) fn spawn(&mut self, parent: ThreadId, name: Option<&str>) -> ThreadId {
        let thread = self.threads.add(parent, name);
        self.record_name(thread);
        self.insert_enabled(Pending {
            thread,
            operation: Operation::start(),
        });
        self.touch_thread(thread);
        thread
    }

    pub(crate) fn rename(&mut self, thread: ThreadId, name: &str) {
        self.threads.rename(thread, name);
        self.record_name(thread);
    }

    fn record_name(&self, thread: ThreadId) {
        let name = &self.threads.names()[thread.index()];
        self.recording.name(thread, name);
    }

    /// The running thread goes on only after the end of `other`.
    pub(crate) fn join(&mut self, thread: ThreadId, other: ThreadId) {
        if self.state(other).has_ended() {
            self.threads.states[thread.index()] = ThreadState::Joined(other);
            self.enable_running(thread, Operation::join(other));
        } else {
            self.end_step(thread, StepEnd::Waits);
            self.leave(thread, ThreadState::Joining(other));
            self.joining += 1;
        }
    }

    /// `ended` has come to its end: who waits for that could go on.
    #[cold]
    pub(super) fn let_join(&mut self, ended: ThreadId) {
        for index in 0..self.threads.len() {
            if self.threads.states[index] == ThreadState::Joining(ended) {
                self.threads.states[index] = ThreadState::Joined(ended);
                self.joining -= 1;
                self.insert_enabled(Pending {
                    thread: ThreadId::new(index),
                    operation: Operation::join(ended),
                });
            }
        }
    }
}
