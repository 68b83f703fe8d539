//! The questions that paused threads have left, about the locks that they are to acquire.

use super::ExecutionCore;
use crate::engine::lock_question::LockQuestion;
use crate::operation::ThreadId;

impl ExecutionCore {
    /// Takes back the question of a thread, which goes on or unwinds, and which
    /// [is not being asked](Self::is_being_asked).
    pub(in crate::engine) fn withdraw(&mut self, thread: ThreadId) {
        let goes_on = !self.is_over();
        self.locks.withdraw(thread, goes_on);
    }

    /// Whether threads have left questions, which are to be asked before each turn is decided.
    #[inline]
    pub(in crate::engine) fn has_questions(&self) -> bool {
        self.locks.has_probes()
    }

    /// The next question to be asked before the next turn is decided; nothing when all have been,
    /// or nothing is decided any more. It is asked without any lock of the engine, and
    /// [given back](Self::answer).
    #[inline]
    pub(in crate::engine) fn next_question(&mut self) -> Option<LockQuestion> {
        if !self.has_questions() || self.is_over() {
            return None;
        }
        self.locks.next_question()
    }

    /// Takes note of what a question has shown.
    pub(in crate::engine) fn answer(&mut self, question: LockQuestion) {
        self.locks.answer(question, &mut self.state);
    }

    /// Whether the question of `thread` is being asked: then it must not be taken back.
    pub(in crate::engine) fn is_being_asked(&self, thread: ThreadId) -> bool {
        let asked = self.locks.being_asked();
        asked.is_some_and(|asked| asked.thread == thread)
    }
}
