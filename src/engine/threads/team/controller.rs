//! What a thread of a team does when it pauses, starts a thread, or waits.

use std::sync::Arc;
use std::task::Waker;

use super::super::worker;
use super::ThreadHandle;
use crate::engine::baton::Grant;
use crate::engine::catch;
use crate::engine::core::Turn;
use crate::engine::current::{Body, Controller};
use crate::engine::futures::TaskWaker;
use crate::engine::yield_reason::YieldReason;
use crate::error::Error;
use crate::operation::ThreadId;

impl Controller for ThreadHandle {
    fn pause(&self, reason: YieldReason) {
        let ThreadHandle { team, thread, slot } = self;
        self.set_user_code(false);
        team.beat.beat();
        let violated = team.violated();
        team.settle(None);
        let mut shared = team.shared.lock();
        if shared.core.is_over() {
            drop(shared);
            catch::unwind();
        }
        shared.core.pause(*thread, reason);
        let turn = team.next_turn(&mut shared, violated);
        drop(shared);
        let Some(turn) = turn else {
            catch::unwind();
        };
        if turn != Turn::Of(*thread) {
            team.give(turn);
            if slot.baton.wait() == Grant::Unwind {
                catch::unwind();
            }
        }
        self.set_user_code(true);
    }

    fn withdraw(&self) {
        self.set_user_code(false);
        let mut shared = self.team.shared.lock();
        // Only if the team has been left behind. This thread must not go on while its question is
        // being asked, since that borrows from its stack.
        while shared.core.is_being_asked(self.thread) {
            self.team.answered.wait(&mut shared);
        }
        shared.core.withdraw(self.thread);
        drop(shared);
        self.set_user_code(true);
    }

    fn waker(&self) -> Waker {
        self.set_user_code(false);
        let mut shared = self.team.shared.lock();
        let waker = Arc::new(TaskWaker {
            alarm: Arc::downgrade(&self.team),
            thread: self.thread,
            execution: shared.core.number,
        });
        let held = Arc::downgrade(&waker);
        shared.core.keep_waker(self.thread, held);
        drop(shared);
        self.set_user_code(true);
        Waker::from(waker)
    }

    fn is_cancelled(&self) -> bool {
        self.set_user_code(false);
        let is_cancelled = self.team.shared.lock().core.state.is_cancelling();
        self.set_user_code(true);
        is_cancelled
    }

    fn spawn(&self, name: Option<&str>, body: Body) -> Result<ThreadId, Error> {
        self.set_user_code(false);
        let mut shared = self.team.shared.lock();
        if shared.core.is_over() {
            drop(shared);
            catch::unwind();
        }
        let thread = shared.core.state.spawn(self.thread, name);
        let name = Arc::clone(&shared.core.state.threads().names()[thread.index()]);
        self.team.slots.add();
        drop(shared);
        let started = worker::start_one(&self.team, thread, &name, body)?;
        self.team.shared.lock().started.push(started);
        self.set_user_code(true);
        Ok(thread)
    }

    fn fail(&self, fault: Error) {
        self.team.fail(fault);
    }

    fn set_user_code(&self, is_user_code: bool) {
        self.slot.set_user_code(is_user_code);
    }
}
