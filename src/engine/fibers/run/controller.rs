//! What a thread on a fiber does when it pauses, starts a thread, or waits.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use super::{Run, TurnDetail};
use crate::engine::baton::Grant;
use crate::engine::current::{Controller, NewThread, Started};
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fiber::has_own_thread_locals;
use crate::engine::futures::TaskWaker;
use crate::engine::yield_reason::YieldReason;
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;

impl Controller for Rc<Run> {
    fn pause(&self, pause: YieldReason) -> Option<Grant> {
        self.note.set(Some(TurnDetail::Paused(pause)));
        None
    }

    fn with_core(&self, body: &mut dyn FnMut(&mut ExecutionCore, ThreadId)) {
        let mut core = self.core.borrow_mut();
        body(&mut core, self.heartbeat.running());
        if core.has_calls() || !self.surroundings.is_empty() {
            // The state of a turn that is repeated is not kept up to date: it is heard after that.
            self.wakes.alert();
        }
    }

    fn settle(&self, about_to_wait: bool) {
        Run::settle(self);
        if about_to_wait {
            self.surroundings.await_other_runs(self.timeout);
            Run::settle(self);
        }
    }

    fn leave(&self) {
        self.core.borrow_mut().leave(self.heartbeat.running());
    }

    fn withdraw(&self) {
        // The question is there if the fiber has not let go of its turn since.
        drop(self.note.take());
        self.core.borrow_mut().withdraw(self.heartbeat.running());
    }

    fn waker(&self) -> Waker {
        let mut core = self.core.borrow_mut();
        let thread = self.heartbeat.running();
        let waker = Arc::new(TaskWaker {
            alarm: Arc::downgrade(&self.wakes),
            thread,
            execution: core.number,
        });
        let watched = Arc::downgrade(&waker);
        core.keep_waker(thread, watched);
        Waker::from(waker)
    }

    fn is_cancelled(&self) -> bool {
        self.core.borrow().state.is_cancelling()
    }

    fn introduce(&self, name: Option<&str>) -> Option<Grant> {
        self.introduced.set(name.map(str::to_owned));
        None
    }

    fn spawn(&self, new: NewThread<'_>) -> Result<Started, Error> {
        let started = self.bodies.borrow().len();
        let thread = ThreadId::new(self.declared + started);
        let handle = if self.have_own_blocks {
            let make = |block| Run::make_fiber(self, thread, "a started thread", Some(block));
            self.started.add(started, make)?
        } else if has_own_thread_locals() {
            // The execution is going to be abandoned.
            self.wants_blocks.set(true);
            0
        } else {
            return Err(cannot_start());
        };
        self.bodies.borrow_mut().push(Some(new.body));
        let name = if new.has_prelude && self.have_own_blocks {
            // Within the turn of the calling thread, on top of its stack.
            self.started
                .tell(started, "a started thread", Grant::Resume);
            self.introduced.take()
        } else {
            new.name.map(str::to_owned)
        };
        self.starting.borrow_mut().push(name);
        self.wakes.alert();
        Ok(Started { thread, handle })
    }

    fn fail(&self, fault: Error) {
        self.fault.borrow_mut().get_or_insert(fault);
    }
}

#[cold]
fn cannot_start() -> Error {
    let text = "the program starts a thread, which needs thread-locals of its own. Fibers cannot have \
                them on this system: use `Engine::Threads`";
    Error::new(ErrorKind::NoOsThread, text)
}
