//! The threads that run a program, and how they pass the turn on.

mod controller;

use std::sync::{Arc, OnceLock};
use std::thread::Thread;
use std::time::Duration;

use super::raw_thread::RawThread;
use super::worker_slot::{WorkerSlot, WorkerSlots};
use crate::engine::baton::{Baton, Grant};
use crate::engine::catch::Caught;
use crate::engine::conclude::check_invariants;
use crate::engine::core::Turn;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::external_wakers::ask_for;
use crate::engine::fault::catch_fault;
use crate::engine::futures::Alarm;
use crate::engine::lock::{Condvar, Mutex, MutexGuard};
use crate::engine::outside::Settled;
use crate::engine::processor::Processor;
use crate::engine::surroundings::Surroundings;
use crate::engine::thread_clocks::ThreadClocks;
use crate::engine::{EngineOptions, Program, ProgramInstance, Scheduler};
use crate::error::Error;
use crate::failure::FailureKind;
use crate::memory::Owner;
use crate::operation::ThreadId;

/// A team: one thread for each thread of the program, and a conductor.
pub(super) struct Team {
    pub(super) program: Arc<dyn Program>,
    /// The team's lock comes first in the lock order: while holding it, a thread may take any other
    /// lock of this library, but never the other way round. The others are the locks of the slots
    /// and the clocks, `OWN`, and what the scheduler locks, such as the work queue. No user code runs
    /// while any of them is held.
    pub(super) shared: Mutex<TeamShared>,
    pub(super) surroundings: Arc<Surroundings>,
    /// Where each thread waits for its turn.
    pub(super) slots: WorkerSlots,
    /// Where the conductor waits until the threads' part is over.
    pub(super) conductor_baton: Baton,
    /// The conductor's thread, woken when a thread that unwinds has ended or waits.
    pub(super) conductor: OnceLock<Thread>,
    /// Notified when the conductor is done, or gives up.
    pub(super) news: Condvar,
    /// Notified when a question has been answered, so that its thread may withdraw it.
    answered: Condvar,
    pub(super) processor: Arc<Processor>,
    pub(super) clocks: ThreadClocks,
    /// Whether the team is for one execution.
    pub(super) is_for_one: bool,
    /// Within which time the world outside answers, if that is promised.
    grace: Option<Duration>,
}

/// What a team shares, under one lock.
pub(super) struct TeamShared {
    pub(super) core: ExecutionCore,
    /// Where the execution takes place, while its threads run.
    pub(super) instance: Option<Arc<dyn ProgramInstance>>,
    /// The threads that the program has started in the current execution.
    pub(super) started: Vec<RawThread>,
    /// Whether the conductor has run all executions that there were.
    pub(super) is_done: bool,
    /// Whether threads are left that can never go on, so that the team cannot be used any more.
    pub(super) is_stuck: bool,
    /// Whether the scheduler knows how the execution has ended in which they are left.
    pub(super) is_told: bool,
    /// A fault of this library, if there was one.
    pub(super) fault: Option<Error>,
}

/// A thread's place in its team.
pub(super) struct ThreadHandle {
    pub(super) team: Arc<Team>,
    pub(super) thread: ThreadId,
    pub(super) slot: Arc<WorkerSlot>,
}

impl Team {
    pub(super) fn new(
        program: &Arc<dyn Program>,
        scheduler: Box<dyn Scheduler>,
        surroundings: &Arc<Surroundings>,
        options: EngineOptions,
    ) -> Self {
        let threads = program.threads().len();
        let processor = Arc::new(Processor::claim());
        Team {
            program: Arc::clone(program),
            shared: Mutex::new(TeamShared {
                core: ExecutionCore::new(program.threads(), scheduler, surroundings, options),
                instance: None,
                started: Vec::new(),
                is_done: false,
                is_stuck: false,
                is_told: false,
                fault: None,
            }),
            surroundings: Arc::clone(surroundings),
            slots: WorkerSlots::new(threads),
            conductor_baton: Baton::default(),
            conductor: OnceLock::new(),
            news: Condvar::new(),
            answered: Condvar::new(),
            processor,
            clocks: ThreadClocks::default(),
            is_for_one: options.fresh_threads,
            grace: options.grace,
        }
    }

    /// Reports a fault of this library: nothing is decided any more, and the watcher ends the
    /// search.
    #[cold]
    pub(super) fn fail(&self, fault: Error) {
        let mut shared = self.shared.lock();
        let scheduler = shared.core.scheduler.take();
        shared.fault.get_or_insert(fault);
        drop(shared);
        drop(scheduler);
        self.news.notify_one();
    }

    /// Joins the threads that the program has started. For the program, all have ended already.
    pub(super) fn join_started(&self) {
        let started = std::mem::take(&mut self.shared.lock().started);
        if !started.is_empty() {
            for thread in started {
                thread.join();
            }
            self.slots.forget_started();
        }
    }

    /// Wakes the thread that has the turn, or the conductor if no thread has.
    pub(super) fn give(&self, turn: Turn) {
        match turn {
            Turn::Of(next) => self.slots.of(next).baton.give(Grant::Resume),
            Turn::Over(_) => self.conductor_baton.give(Grant::Resume),
        }
    }

    /// Records that a thread has ended, and passes the turn on; false if the team has been left
    /// behind.
    pub(super) fn finish(
        &self,
        thread: ThreadId,
        result: Result<(), Caught>,
        violated: Option<FailureKind>,
    ) -> bool {
        let mut shared = self.shared.lock();
        let failure = match result {
            Ok(()) => {
                shared.core.finish(thread, violated.is_some());
                violated
            }
            Err(caught) => shared.core.finish_caught(thread, caught),
        };
        let next = self.next_turn(&mut shared, failure);
        let is_left_behind = shared.core.scheduler.is_none();
        drop(shared);
        match next {
            Some(turn) => self.give(turn),
            None => self.wake_conductor(),
        }
        !is_left_behind
    }

    pub(super) fn wake_conductor(&self) {
        self.conductor.get().inspect(|conductor| conductor.unpark());
    }

    /// Decides whose turn comes next when nobody has it, and passes it on.
    pub(super) fn decide(&self) {
        let mut shared = self.shared.lock();
        let turn = self.next_turn(&mut shared, None);
        drop(shared);
        turn.inspect(|turn| self.give(*turn));
    }

    /// Decides whose turn comes next, unless the execution has just failed. `None` if it is already
    /// over: the team may be left behind while questions are asked.
    ///
    /// They are asked without the lock. Meanwhile tasks may be woken, as at any time, and the team
    /// may be left behind; then each unwinding thread [waits][withdraw] while its question is being
    /// asked.
    ///
    /// [withdraw]: crate::engine::controller::Controller::withdraw
    fn next_turn(
        &self,
        shared: &mut MutexGuard<'_, TeamShared>,
        failure: Option<FailureKind>,
    ) -> Option<Turn> {
        if shared.core.is_over() {
            // Not later, without the lock: the calling thread may have ended, and another execution
            // may have begun by then.
            return None;
        }
        if failure.is_none() {
            self.settle(shared);
            while let Some(mut question) = shared.core.next_question() {
                MutexGuard::unlocked(shared, || question.ask());
                shared.core.answer(question);
                self.answered.notify_all();
            }
        }
        if shared.core.is_over() {
            return None;
        }
        Some(shared.core.turn_unless(failure))
    }

    /// Waits, without the lock, until the outside threads sleep that have to do with the program, or
    /// the team is left behind.
    pub(super) fn settle(&self, shared: &mut MutexGuard<'_, TeamShared>) {
        if !self.surroundings.is_quiet() {
            self.wait_for_sleep(shared);
        }
        if let Some(grace) = self.grace {
            self.await_answers(shared, grace);
        }
    }

    /// As [`settle`](Self::settle), but for the answers. What the outside threads sleep in is known
    /// then.
    pub(super) fn wait_for_sleep(&self, shared: &mut MutexGuard<'_, TeamShared>) {
        while shared.core.scheduler.is_some() {
            let settled = MutexGuard::unlocked(shared, || self.surroundings.settle());
            let is_busy = matches!(settled, Settled::Busy(_));
            shared.core.note_settled(settled);
            if !is_busy {
                break;
            }
        }
    }

    /// Waits until all threads could go on that wait for the world outside, or for the grace.
    fn await_answers(&self, shared: &mut MutexGuard<'_, TeamShared>, grace: Duration) {
        if shared.core.awaits_world() {
            let is_done = || {
                let core = &mut self.shared.lock().core;
                core.scheduler.is_none() || !core.awaits_answer()
            };
            MutexGuard::unlocked(shared, || ask_for(grace, is_done));
        }
    }

    /// The invariant that does not hold where the running thread has just stopped.
    pub(super) fn violated(&self) -> Option<FailureKind> {
        if !self.program.has_invariants() {
            return None;
        }
        let instance = self.shared.lock().instance.clone()?;
        let hooks = self.surroundings.process_lock.owner(Owner::HOOKS);
        check_invariants(&*self.program, &*instance, hooks)
    }
}

impl Alarm for Team {
    fn wake(&self, thread: ThreadId, execution: u64, by_time: bool) {
        // This may be called on any thread, so its faults must not unwind.
        let woken = catch_fault(|| {
            let mut shared = self.shared.lock();
            shared.core.wake(thread, execution, by_time);
            let is_awaited = shared.core.is_over();
            drop(shared);
            if is_awaited {
                self.wake_conductor();
            }
            Ok(())
        });
        woken.unwrap_or_else(|fault| self.fail(fault));
    }
}
