//! What a thread of a team does when it pauses, starts a thread, or waits.

use std::sync::Arc;
use std::task::Waker;

use super::super::worker;
use super::ThreadHandle;
use crate::engine::baton::Grant;
use crate::engine::controller::{Controller, NewThread, Started};
use crate::engine::core::Turn;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::flight_recorder::FlightRecorder;
use crate::engine::futures::TaskWaker;
use crate::engine::process_lock::ProcessLock;
use crate::engine::yield_reason::YieldReason;
use crate::error::Error;
use crate::operation::ThreadId;

impl Controller for ThreadHandle {
    fn pause(&self, reason: YieldReason) -> Option<Grant> {
        let ThreadHandle { team, thread, slot } = self;
        let violated = team.violated();
        let mut shared = team.shared.lock();
        if shared.core.is_over() {
            if !reason.is_in_call() || shared.core.scheduler.is_none() {
                return Some(Grant::Unwind);
            }
            // It unwinds, and a destructor waits for what another thread has.
            shared.core.pause(*thread, reason);
            drop(shared);
            team.wake_conductor();
            return Some(slot.baton.wait());
        }
        shared.core.pause(*thread, reason);
        let turn = team.next_turn(&mut shared, violated);
        drop(shared);
        match turn {
            None => Some(Grant::Unwind),
            Some(turn) if turn == Turn::Of(*thread) => Some(Grant::Resume),
            Some(turn) => {
                team.give(turn);
                Some(slot.baton.wait())
            }
        }
    }

    fn introduce(&self, name: Option<&str>) -> Option<Grant> {
        if let Some(name) = name {
            let mut shared = self.team.shared.lock();
            shared.core.state.rename(self.thread, name);
        }
        self.slot.introduction.give(Grant::Resume);
        Some(self.slot.baton.wait())
    }

    fn withdraw(&self) {
        let mut shared = self.team.shared.lock();
        // Only if the team has been left behind. This thread must not go on while its question is
        // being asked, since that borrows from its stack.
        while shared.core.is_being_asked(self.thread) {
            self.team.answered.wait(&mut shared);
        }
        shared.core.withdraw(self.thread);
    }

    fn waker(&self) -> Waker {
        let mut shared = self.team.shared.lock();
        let waker = Arc::new(TaskWaker {
            alarm: Arc::downgrade(&self.team),
            thread: self.thread,
            execution: shared.core.number,
        });
        let held = Arc::downgrade(&waker);
        shared.core.keep_waker(self.thread, held);
        Waker::from(waker)
    }

    fn is_cancelled(&self) -> bool {
        self.team.shared.lock().core.state.is_cancelling()
    }

    fn with_core(&self, body: &mut dyn FnMut(&mut ExecutionCore, ThreadId)) {
        body(&mut self.team.shared.lock().core, self.thread);
    }

    fn spawn(&self, new: NewThread<'_>) -> Result<Started, Error> {
        let mut shared = self.team.shared.lock();
        let thread = shared.core.state.spawn(self.thread, new.name);
        let name = Arc::clone(&shared.core.state.threads().names()[thread.index()]);
        self.team.slots.add();
        drop(shared);
        let has_prelude = new.has_prelude;
        let started = worker::start_one(&self.team, thread, &name, new)?;
        let handle = started.handle();
        self.team.shared.lock().started.push(started);
        if has_prelude {
            // Nobody else has the turn meanwhile, so the name is known before any choice.
            self.team.slots.of(thread).introduction.wait();
        }
        Ok(Started { thread, handle })
    }

    fn settle(&self) {
        let lock = &self.team.surroundings.process_lock;
        if lock.let_interrupted_go() {
            self.give_back_if_left(lock);
        }
        if !self.team.surroundings.is_quiet() {
            self.team.settle(&mut self.team.shared.lock());
        }
    }

    fn take_process_lock(&self) {
        let lock = &self.team.surroundings.process_lock;
        if lock.need() {
            self.give_back_if_left(lock);
        }
    }

    fn leave(&self) {
        let mut shared = self.team.shared.lock();
        shared.core.leave(self.thread);
        drop(shared);
        self.team.wake_conductor();
    }

    fn fail(&self, fault: Error) {
        self.team.fail(fault);
    }

    fn recorder(&self) -> Option<&'static FlightRecorder> {
        Some(self.team.shared.lock().core.state.recorder())
    }
}

impl ThreadHandle {
    /// This thread has got `lock`, perhaps for a team that was left behind meanwhile.
    fn give_back_if_left(&self, lock: &ProcessLock) {
        if self.team.shared.lock().core.scheduler.is_none() {
            lock.end_execution();
        }
    }
}
