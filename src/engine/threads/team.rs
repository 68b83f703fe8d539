//! The threads that run a program, and how the turn goes from one to the next.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::thread::Thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::beat::Beat;
use super::blocked::Blocked;
use super::hold::Hold;
use crate::engine::baton::{Baton, Grant};
use crate::engine::catch::{self, Caught};
use crate::engine::conclude::check_invariants;
use crate::engine::current::{self, Controller};
use crate::engine::execution_core::ExecutionCore;
use crate::engine::futures::{Alarm, TaskWaker};
use crate::engine::processor::Processor;
use crate::engine::state::Turn;
use crate::engine::yield_reason::YieldReason;
use crate::engine::{EngineOptions, How, Program, ProgramInstance, Scheduler};
use crate::search::ThreadId;

/// One thread for each thread of the program, and a conductor.
pub(super) struct Team {
    pub(super) subject: Arc<dyn Program>,
    pub(super) desk: Mutex<TeamShared>,
    /// Where each thread waits for its turn.
    pub(super) seats: Vec<WorkerSlot>,
    /// Where the conductor waits until a turn is not a thread's: the threads' part is over, or a
    /// thread has blocked and the next turn is to be decided.
    pub(super) podium: Baton,
    /// The conductor's thread, woken when a thread has been unwound.
    pub(super) conductor: OnceLock<Thread>,
    /// Told when the conductor is done, or gives up.
    pub(super) news: Condvar,
    pub(super) processor: Arc<Processor>,
    pub(super) beat: Arc<Beat>,
    /// How many threads are about to take the desk's lock to wake a task. They may sleep for it, and
    /// act all the same.
    pub(super) waking: AtomicUsize,
    /// Whether the team is for one execution.
    pub(super) is_for_one: bool,
    /// How long a thread may sleep in a call before it counts as blocked, if it ever does.
    pub(super) grace: Option<Duration>,
}

/// Where one thread waits, for its turn or in the kernel.
#[derive(Debug, Default)]
pub(super) struct WorkerSlot {
    pub(super) baton: Baton,
    pub(super) hold: Hold,
    /// Whether the thread is in the user's code: else it waits for nothing but this engine.
    is_user_code: AtomicBool,
}

impl WorkerSlot {
    pub(super) fn is_user_code(&self) -> bool {
        self.is_user_code.load(Ordering::Relaxed)
    }

    /// Notes whether the thread goes on in the user's code. The kernel is asked only after it has
    /// put the thread to sleep, and so after this.
    #[inline]
    pub(super) fn set_user_code(&self, is_user_code: bool) {
        self.is_user_code.store(is_user_code, Ordering::Relaxed);
    }

    /// Lets the thread go on.
    fn go(&self) {
        if self.hold.is_held() {
            self.hold.release();
        } else {
            self.baton.give(Grant::Resume);
        }
    }
}

/// What a team shares, under one lock.
pub(super) struct TeamShared {
    pub(super) table: ExecutionCore,
    /// Where the execution takes place, while its threads run.
    pub(super) room: Option<Arc<dyn ProgramInstance>>,
    /// The threads that wait in the kernel.
    pub(super) blocked: Blocked,
    /// When the execution began.
    pub(super) since: Instant,
    /// When the thread that blocked last was first seen to sleep.
    pub(super) asleep_since: Instant,
    /// Whether the conductor has run all executions that there were.
    pub(super) is_done: bool,
    /// Whether threads are left that can never go on, so that the team is of no use any more.
    pub(super) is_stuck: bool,
}

impl TeamShared {
    /// Finds out which blocked threads could go on, before the next turn is decided.
    #[inline]
    pub(super) fn hear(&mut self) {
        if !self.blocked.is_empty() {
            self.blocked.hear(&mut self.table.state);
        }
    }

    /// Whether a thread is held in a call that would not go on, as far as was heard.
    pub(super) fn awaits_calls(&self) -> bool {
        self.blocked.awaits_calls(&self.table.state)
    }
}

/// A thread's place in its team.
pub(super) struct ThreadHandle {
    pub(super) team: Arc<Team>,
    pub(super) thread: ThreadId,
}

impl Team {
    pub(super) fn new(
        subject: &Arc<dyn Program>,
        director: Box<dyn Scheduler>,
        limits: EngineOptions,
    ) -> Self {
        let threads = subject.threads().len();
        let processor = Arc::new(Processor::claim());
        Team {
            subject: Arc::clone(subject),
            desk: Mutex::new(TeamShared {
                table: ExecutionCore::new(threads, director, limits),
                room: None,
                blocked: Blocked::new(&processor),
                since: Instant::now(),
                asleep_since: Instant::now(),
                is_done: false,
                is_stuck: false,
            }),
            seats: (0..threads).map(|_| WorkerSlot::default()).collect(),
            podium: Baton::default(),
            conductor: OnceLock::new(),
            news: Condvar::new(),
            processor,
            beat: Arc::default(),
            waking: AtomicUsize::new(0),
            is_for_one: limits.fresh_threads,
            grace: limits.grace,
        }
    }

    /// Wakes whoever has the turn: a thread, or the conductor when it is nobody's.
    pub(super) fn give(&self, turn: Turn) {
        match turn {
            Turn::Of(next) => self.seats[next.index()].go(),
            Turn::Over(_) => self.podium.give(Grant::Resume),
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
        self.beat.beat();
        self.settle(None);
        let mut desk = self.desk.lock();
        desk.hear();
        let next = match result {
            Ok(()) => desk.table.finish(thread, violated),
            Err(caught) => desk.table.finish_caught(thread, caught),
        };
        let is_left_behind = desk.table.director.is_none();
        drop(desk);
        match next {
            Some(turn) => self.give(turn),
            None => drop(self.conductor.get().inspect(|conductor| conductor.unpark())),
        }
        !is_left_behind
    }

    /// Decides whose turn comes next, after a thread has blocked.
    pub(super) fn decide(&self) {
        let violated = self.violated();
        let since = self.desk.lock().asleep_since;
        self.settle(Some(since));
        let mut desk = self.desk.lock();
        desk.hear();
        let turn = desk.table.turn_unless(violated);
        drop(desk);
        self.give(turn);
    }

    /// The invariant that does not hold where the running thread has just stopped.
    fn violated(&self) -> Option<How> {
        if !self.subject.has_invariants() {
            return None;
        }
        let room = self.desk.lock().room.clone()?;
        check_invariants(&*room)
    }
}

impl ThreadHandle {
    /// Lets go of the turn until it comes back.
    fn let_go(&self, seat: &WorkerSlot, pause: YieldReason) {
        let ThreadHandle { team, thread } = self;
        let violated = team.violated();
        team.settle(None);
        let mut desk = team.desk.lock();
        if desk.table.is_over() {
            drop(desk);
            catch::unwind();
        }
        desk.hear();
        desk.table.pause(*thread, pause);
        let turn = desk.table.turn_unless(violated);
        drop(desk);
        if turn == Turn::Of(*thread) {
            return;
        }
        team.give(turn);
        if seat.baton.wait() == Grant::Unwind {
            catch::unwind();
        }
    }
}

impl Controller for ThreadHandle {
    fn pause(&self, pause: YieldReason) {
        let seat = &self.team.seats[self.thread.index()];
        seat.set_user_code(false);
        self.team.beat.beat();
        self.let_go(seat, pause);
        seat.set_user_code(true);
    }

    fn withdraw(&self) {
        let seat = &self.team.seats[self.thread.index()];
        seat.set_user_code(false);
        self.team.desk.lock().table.withdraw(self.thread);
        seat.set_user_code(true);
    }

    fn waker(&self) -> Waker {
        let seat = &self.team.seats[self.thread.index()];
        seat.set_user_code(false);
        let mut desk = self.team.desk.lock();
        let waker = Arc::new(TaskWaker {
            alarm: Arc::downgrade(&self.team),
            thread: self.thread,
            execution: desk.table.number,
        });
        let watched = Arc::downgrade(&waker);
        desk.table.keep_waker(self.thread, watched);
        drop(desk);
        seat.set_user_code(true);
        Waker::from(waker)
    }

    fn set_user_code(&self, is_user_code: bool) {
        self.team.seats[self.thread.index()].set_user_code(is_user_code);
    }
}

impl Alarm for Team {
    fn wake(&self, thread: ThreadId, execution: u64) {
        let is_inside = current::is_controlled();
        self.waking.fetch_add(1, Ordering::SeqCst);
        let mut desk = self.desk.lock();
        self.waking.fetch_sub(1, Ordering::SeqCst);
        desk.table.wake(thread, execution, is_inside);
        let is_awaited = desk.table.expects_wakes() && desk.table.is_over();
        drop(desk);
        if is_awaited {
            self.conductor.get().inspect(|conductor| conductor.unpark());
        }
    }
}
