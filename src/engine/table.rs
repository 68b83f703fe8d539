//! The execution under way, and who directs it: what every engine keeps.

use super::catch::Caught;
use super::state::{At, Over, State, Turn};
use super::{Director, Ended, How, Phase, Standing};
use crate::search::ThreadId;

/// The execution under way, and who directs it.
pub(super) struct Table<D> {
    pub(super) state: State,
    /// Gone when the team has been left behind.
    pub(super) director: Option<D>,
    /// How the threads' part of the execution ended, once it has.
    pub(super) over: Option<How>,
    /// Where the threads stood when it ended, before any was unwound.
    stood: Vec<Standing>,
    pub(super) phase: Phase,
    /// Counts executions, so that a waker of an earlier one is told from those of this one.
    pub(super) number: u64,
}

impl<D: Director> Table<D> {
    /// A table for a director that has begun its first execution.
    pub(super) fn new(state: State, director: D) -> Self {
        Table {
            state,
            director: Some(director),
            over: None,
            stood: Vec::new(),
            phase: Phase::SetUp,
            number: 0,
        }
    }

    /// Begins the next execution, if there is one.
    pub(super) fn begin(&mut self) -> bool {
        let Some(director) = self.director.as_mut() else {
            return false;
        };
        if !director.begin() {
            return false;
        }
        self.state.reset(director.repeated());
        self.over = None;
        self.phase = Phase::SetUp;
        self.number += 1;
        true
    }

    /// Whether threads that reach a marker are to be unwound.
    #[inline]
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some() || self.director.is_none()
    }

    /// Decides whose turn comes next; notes how the execution ended if it is nobody's.
    #[inline]
    pub(super) fn turn(&mut self) -> Turn {
        let Table {
            state, director, ..
        } = self;
        let turn = state.advance(|point| director.as_mut()?.choose(point));
        if let Turn::Over(over) = turn {
            self.note_over(over);
        }
        turn
    }

    fn note_over(&mut self, over: Over) {
        match over {
            // All have finished: what they passed before that nobody asks.
            Over::Complete => self.over = Some(How::Held),
            Over::Deadlock => self.set_over(How::Deadlock),
            Over::StepLimit => self.set_over(How::StepLimit),
            Over::Stopped => self.set_over(How::Stopped),
        }
    }

    /// As [`turn`](Self::turn), unless the execution has just failed.
    pub(super) fn turn_unless(&mut self, failure: Option<How>) -> Turn {
        match failure {
            None => self.turn(),
            Some(how) => self.fail(how),
        }
    }

    /// Ends the threads' part of the execution as a failure.
    #[cold]
    pub(super) fn fail(&mut self, how: How) -> Turn {
        self.set_over(how);
        Turn::Over(Over::Stopped)
    }

    /// Takes note of a thread that ended; whose turn comes next, if the execution is not over.
    #[inline]
    pub(super) fn finish(
        &mut self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<How>,
    ) -> Option<Turn> {
        if result.is_ok() && violated.is_none() && !self.is_over() {
            self.state.finish(thread);
            return Some(self.turn());
        }
        self.finish_otherwise(thread, result, violated)
    }

    /// As [`finish`](Self::finish), when something has failed.
    #[cold]
    fn finish_otherwise(
        &mut self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<How>,
    ) -> Option<Turn> {
        let (at, failure) = match result {
            Ok(()) => (At::Finished, violated),
            Err(Caught::Panic(panic)) => (At::Panicked, Some(How::Panicked(thread, panic))),
            Err(Caught::Unwound) => (At::Unwound, None),
        };
        self.state.end(thread, at);
        if self.is_over() {
            return None;
        }
        Some(self.turn_unless(failure))
    }

    /// Goes on with an execution in which nobody could, if somebody can now; false if not.
    pub(super) fn revive(&mut self) -> bool {
        let can_go_on = self.state.has_ready();
        if can_go_on {
            self.over = None;
        }
        can_go_on
    }

    /// Whether the threads' part of the execution ended well.
    #[inline]
    pub(super) fn held(&self) -> bool {
        self.over == Some(How::Held)
    }

    /// How the threads' part of the execution ended. Nobody asks when the director is gone.
    pub(super) fn how(&self) -> How {
        self.over.clone().unwrap_or(How::Stopped)
    }

    /// Notes how the threads' part of the execution ended.
    fn set_over(&mut self, how: How) {
        self.state.stand(&mut self.stood);
        self.over = Some(how);
    }

    /// Tells the director how the execution ended; false if the team was left behind before.
    pub(super) fn end(&mut self, how: How, outcome: Option<String>) -> bool {
        match self.over {
            None => self.state.stand(&mut self.stood),
            Some(How::Held) => self.state.stand_finished(&mut self.stood),
            Some(_) => {}
        }
        let threads = &self.stood;
        let steps = self.state.steps();
        let Some(director) = &mut self.director else {
            return false;
        };
        director.end(Ended {
            steps,
            threads,
            how,
            outcome,
        });
        true
    }
}
