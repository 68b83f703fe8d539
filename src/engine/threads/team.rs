//! The threads that run a program, and how the turn goes from one to the next.

use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::thread::Thread;
use std::time::Instant;

use parking_lot::{Condvar, Mutex};

use crate::engine::baton::{Baton, Word};
use crate::engine::catch::{self, Caught};
use crate::engine::conclude::observe;
use crate::engine::current::{Controller, Kept};
use crate::engine::futures::{Alarm, TaskWaker};
use crate::engine::processor::Processor;
use crate::engine::state::{State, Turn};
use crate::engine::table::Table;
use crate::engine::{Director, How, Limits, SharedState, Subject};
use crate::search::ThreadId;
use crate::site::Site;

/// One thread for each thread of the program, and a conductor.
pub(super) struct Team<D> {
    pub(super) subject: Arc<dyn Subject>,
    pub(super) desk: Mutex<Desk<D>>,
    /// Where each thread waits for its turn.
    pub(super) seats: Vec<Baton>,
    /// Where the conductor waits for the end of the threads' part.
    pub(super) podium: Baton,
    /// The conductor's thread, woken when a thread has been unwound.
    pub(super) conductor: OnceLock<Thread>,
    /// Told when the conductor is done.
    pub(super) news: Condvar,
    pub(super) processor: Processor,
}

/// What a team shares, under one lock.
pub(super) struct Desk<D> {
    pub(super) table: Table<D>,
    /// The state of the program, while its threads run.
    pub(super) shared: Option<Arc<SharedState>>,
    /// When the execution began.
    pub(super) since: Instant,
    /// Whether the conductor has run all executions that there were.
    pub(super) is_done: bool,
}

/// A thread's place in its team.
pub(super) struct Place<D> {
    pub(super) team: Arc<Team<D>>,
    pub(super) thread: ThreadId,
}

impl<D: Director> Team<D> {
    pub(super) fn new(subject: &Arc<dyn Subject>, director: D, limits: Limits) -> Self {
        let threads = subject.threads().len();
        Team {
            subject: Arc::clone(subject),
            desk: Mutex::new(Desk {
                table: Table::new(State::new(threads, limits.max_steps), director),
                shared: None,
                since: Instant::now(),
                is_done: false,
            }),
            seats: (0..threads).map(|_| Baton::default()).collect(),
            podium: Baton::default(),
            conductor: OnceLock::new(),
            news: Condvar::new(),
            processor: Processor::claim(),
        }
    }

    /// Wakes whoever has the turn: a thread, or the conductor when it is nobody's.
    pub(super) fn give(&self, turn: Turn) {
        match turn {
            Turn::Of(next) => self.seats[next.index()].give(Word::Go),
            Turn::Over(_) => self.podium.give(Word::Go),
        }
    }

    /// Takes note of a thread that ended, and passes the turn on; false if the team has been left
    /// behind.
    pub(super) fn finish(
        &self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<How>,
    ) -> bool {
        let mut desk = self.desk.lock();
        let next = desk.table.finish(thread, result, violated);
        let is_left_behind = desk.table.director.is_none();
        drop(desk);
        match next {
            Some(turn) => self.give(turn),
            None => drop(self.conductor.get().inspect(|conductor| conductor.unpark())),
        }
        !is_left_behind
    }

    /// The invariant that does not hold where the running thread has just paused.
    fn violated(&self) -> Option<How> {
        if !self.subject.has_invariants() {
            return None;
        }
        let state = self.desk.lock().shared.clone()?;
        observe(&*self.subject, &state)
    }
}

impl<D: Director> Place<D> {
    /// Lets go of the turn, as `note` says, until it comes back.
    fn pause(&self, note: impl FnOnce(&mut State)) {
        let Place { team, thread } = self;
        let violated = team.violated();
        let mut desk = team.desk.lock();
        if desk.table.is_over() {
            drop(desk);
            catch::unwind();
        }
        note(&mut desk.table.state);
        let turn = desk.table.turn_unless(violated);
        drop(desk);
        if turn == Turn::Of(*thread) {
            return;
        }
        team.give(turn);
        if team.seats[thread.index()].wait() == Word::Stop {
            catch::unwind();
        }
    }
}

impl<D: Director> Controller for Place<D> {
    fn reach(&self, site: &'static Site) -> Kept {
        self.pause(|state| state.pause(self.thread, site.id()));
        Kept::Yes
    }

    fn wait(&self) -> Kept {
        self.pause(|state| state.wait(self.thread));
        Kept::Yes
    }

    fn waker(&self) -> Waker {
        let execution = self.team.desk.lock().table.number;
        let alarm = Arc::downgrade(&self.team);
        Waker::from(Arc::new(TaskWaker {
            alarm,
            thread: self.thread,
            execution,
        }))
    }
}

impl<D: Director> Alarm for Team<D> {
    fn wake(&self, thread: ThreadId, execution: u64) {
        let mut desk = self.desk.lock();
        if desk.table.number == execution {
            desk.table.state.wake(thread);
        }
    }
}
