//! What a team shares, under one lock.

use std::sync::Arc;
use std::time::Instant;

use crate::engine::state::{Over, State, Turn};
use crate::engine::{Director, Ended, How, Phase, Standing, Subject};

/// The execution under way, and who directs it.
pub(super) struct Table<S: Subject, D> {
    pub(super) state: State,
    /// Gone when the team has been left behind.
    pub(super) director: Option<D>,
    /// The state of the program, while its threads run.
    pub(super) shared: Option<Arc<S::State>>,
    /// How the threads' part of the execution ended, once it has.
    pub(super) over: Option<How>,
    /// Where the threads stood when it ended, before any was unwound.
    stood: Vec<Standing>,
    pub(super) phase: Phase,
    /// Counts executions, so that a waker of an earlier one is told from those of this one.
    pub(super) number: u64,
    /// When the execution began.
    pub(super) since: Instant,
    /// Whether the conductor has run all executions that there were.
    pub(super) is_done: bool,
}

impl<S: Subject, D: Director> Table<S, D> {
    /// A table for a director that has begun its first execution.
    pub(super) fn new(state: State, director: D) -> Self {
        Table {
            state,
            director: Some(director),
            shared: None,
            over: None,
            stood: Vec::new(),
            phase: Phase::SetUp,
            number: 0,
            since: Instant::now(),
            is_done: false,
        }
    }

    /// Begins the next execution, if there is one.
    pub(super) fn begin(&mut self) -> bool {
        if !self.director.as_mut().is_some_and(Director::begin) {
            return false;
        }
        self.state.reset();
        self.over = None;
        self.phase = Phase::SetUp;
        self.number += 1;
        self.since = Instant::now();
        true
    }

    /// Whether threads that reach a marker are to be unwound.
    pub(super) fn is_over(&self) -> bool {
        self.over.is_some() || self.director.is_none()
    }

    /// Decides whose turn comes next; notes how the execution ended if it is nobody's.
    pub(super) fn turn(&mut self) -> Turn {
        let Table {
            state, director, ..
        } = self;
        let turn = state.advance(|point| director.as_mut()?.choose(point));
        if let Turn::Over(over) = turn {
            self.set_over(match over {
                Over::Complete => How::Held,
                Over::Deadlock => How::Deadlock,
                Over::StepLimit => How::StepLimit,
                Over::Stopped => How::Stopped,
            });
        }
        turn
    }

    /// Notes how the threads' part of the execution ended.
    pub(super) fn set_over(&mut self, how: How) {
        self.stood.clear();
        self.stood.extend_from_slice(self.state.threads());
        self.over = Some(how);
    }

    /// Tells the director how the execution ended; false if the team was left behind before.
    pub(super) fn end(&mut self, how: How, outcome: Option<String>) -> bool {
        let threads = match &self.over {
            Some(_) => &self.stood,
            None => self.state.threads(),
        };
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
