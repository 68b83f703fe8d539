//! The threads that run a program, and how the turn goes from one to the next.

use std::sync::{Arc, OnceLock, Weak};
use std::task::Waker;
use std::thread::Thread;

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::table::Table;
use crate::engine::baton::{Baton, Word};
use crate::engine::catch::{self, Caught};
use crate::engine::current::{self, Controller};
use crate::engine::futures::{Alarm, TaskWaker};
use crate::engine::processor::Processor;
use crate::engine::state::{At, State, Turn};
use crate::engine::{Director, How, Limits, Subject};
use crate::search::ThreadId;
use crate::site::Site;

/// One thread for each thread of the program, and a conductor.
pub(super) struct Team<S: Subject, D> {
    pub(super) subject: Arc<S>,
    pub(super) table: Mutex<Table<S, D>>,
    /// Where each thread waits for its turn.
    pub(super) seats: Vec<Baton>,
    /// Where the conductor waits for the end of the threads' part.
    pub(super) podium: Baton,
    /// The conductor's thread, woken when a thread has been unwound.
    pub(super) conductor: OnceLock<Thread>,
    /// Told when the conductor is done.
    pub(super) news: Condvar,
    pub(super) processor: Processor,
    me: Weak<Self>,
}

impl<S: Subject, D: Director> Team<S, D> {
    pub(super) fn new(subject: &Arc<S>, director: D, limits: Limits) -> Arc<Self> {
        let threads = subject.threads().len();
        Arc::new_cyclic(|me| Team {
            subject: Arc::clone(subject),
            table: Mutex::new(Table::new(State::new(threads, limits.max_steps), director)),
            seats: (0..threads).map(|_| Baton::default()).collect(),
            podium: Baton::default(),
            conductor: OnceLock::new(),
            news: Condvar::new(),
            processor: Processor::claim(),
            me: Weak::clone(me),
        })
    }

    /// Gives the turn to whoever has it next; whether that is `thread`, which had it.
    pub(super) fn pass_turn(
        &self,
        mut table: MutexGuard<'_, Table<S, D>>,
        thread: Option<ThreadId>,
    ) -> bool {
        let turn = table.turn();
        drop(table);
        match turn {
            Turn::Of(next) if Some(next) == thread => return true,
            Turn::Of(next) => self.seats[next.index()].give(Word::Go),
            Turn::Over(_) => self.podium.give(Word::Go),
        }
        false
    }

    /// Evaluates the invariants; every other thread is paused.
    pub(super) fn observe(&self, state: &S::State) -> Option<How> {
        let observed = current::uncontrolled(|| catch::catch(|| self.subject.observe(state)));
        match observed {
            Ok(violated) => violated.map(How::InvariantViolated),
            Err(Caught::Panic(panic)) => Some(How::InvariantPanicked(panic)),
            Err(Caught::Unwound) => None,
        }
    }

    /// Takes note of a thread that ended, and passes the turn on.
    pub(super) fn finish(
        &self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<How>,
    ) {
        let mut table = self.table.lock();
        let (at, failure) = match result {
            Ok(()) => (At::Finished, violated),
            Err(Caught::Panic(panic)) => (At::Panicked, Some(How::Panicked(thread, panic))),
            Err(Caught::Unwound) => (At::Unwound, None),
        };
        table.state.end(thread, at);
        if table.is_over() {
            drop(table);
            self.conductor.get().inspect(|conductor| conductor.unpark());
        } else if let Some(failure) = failure {
            self.stop(table, failure);
        } else {
            self.pass_turn(table, None);
        }
    }

    /// Ends the threads' part of the execution as a failure.
    fn stop(&self, mut table: MutexGuard<'_, Table<S, D>>, how: How) {
        table.set_over(how);
        drop(table);
        self.podium.give(Word::Go);
    }

    /// Lets go of the turn, as `note` says, until it comes back.
    fn pause(&self, thread: ThreadId, note: impl FnOnce(&mut State)) {
        let violated = self.violated();
        let mut table = self.table.lock();
        if table.is_over() {
            drop(table);
            catch::unwind();
        }
        note(&mut table.state);
        let is_mine = match violated {
            Some(how) => {
                self.stop(table, how);
                false
            }
            None => self.pass_turn(table, Some(thread)),
        };
        if !is_mine && self.seats[thread.index()].wait() == Word::Stop {
            catch::unwind();
        }
    }

    /// The invariant that does not hold where the running thread has just paused.
    fn violated(&self) -> Option<How> {
        if !self.subject.has_invariants() {
            return None;
        }
        let state = self.table.lock().shared.clone()?;
        self.observe(&state)
    }
}

impl<S: Subject, D: Director> Controller for Team<S, D> {
    fn reach(&self, thread: ThreadId, site: &'static Site) {
        self.pause(thread, |state| state.pause(thread, site.id()));
    }

    fn wait(&self, thread: ThreadId) {
        self.pause(thread, |state| state.wait(thread));
    }

    fn waker(&self, thread: ThreadId) -> Waker {
        let execution = self.table.lock().number;
        Waker::from(Arc::new(TaskWaker {
            alarm: Weak::clone(&self.me),
            thread,
            execution,
        }))
    }
}

impl<S: Subject, D: Director> Alarm for Team<S, D> {
    fn wake(&self, thread: ThreadId, execution: u64) {
        let mut table = self.table.lock();
        if table.number == execution {
            table.state.wake(thread);
        }
    }
}
