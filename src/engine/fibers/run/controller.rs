//! What a thread on a fiber does when it pauses, starts a thread, or waits.

use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use super::{Run, TurnDetail};
#[cfg(interlace)]
use crate::engine::access_begin::AccessBegin;
use crate::engine::baton::Grant;
use crate::engine::controller::{Controller, NewThread, Started};
#[cfg(interlace)]
use crate::engine::core::Reach;
use crate::engine::execution_core::ExecutionCore;
use crate::engine::fiber::has_own_thread_locals;
use crate::engine::flight_recorder::FlightRecorder;
use crate::engine::futures::TaskWaker;
use crate::engine::yield_reason::YieldReason;
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;

impl Controller for Rc<Run> {
    fn pause(&self, pause: YieldReason) -> Option<Grant> {
        self.note.set(Some(TurnDetail::Paused(pause)));
        None
    }

    #[cfg(interlace)]
    fn arrive(&self, reach: &Reach) -> AccessBegin {
        Run::arrive(self, reach)
    }

    #[cfg(interlace)]
    fn note_at_once(&self, value: u64, left: u64) -> bool {
        let thread = self.heartbeat.running();
        let core = self.core.try_borrow_mut();
        core.is_ok_and(|mut core| core.state.note_at_once(thread, value, left))
    }

    fn with_core(&self, body: &mut dyn FnMut(&mut ExecutionCore, ThreadId)) {
        let mut core = self.core.borrow_mut();
        body(&mut core, self.heartbeat.running());
        self.alert_if_called(&core);
    }

    fn settle(&self) {
        self.surroundings.process_lock.let_interrupted_go();
        Run::settle(self);
    }

    fn take_process_lock(&self) {
        self.surroundings.process_lock.need();
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
        self.want_own_block("starts a thread")?;
        let make = |block| Run::make_fiber(self, thread, "a started thread", Some(block));
        let handle = self.started.add(started, make)?;
        self.bodies.borrow_mut().push(Some(new.body));
        let name = if new.has_prelude {
            // Within the turn of the calling thread, on top of its stack.
            self.started.tell(started, None, Grant::Resume);
            self.introduced.take()
        } else {
            new.name.map(str::to_owned)
        };
        self.starting.borrow_mut().push(name);
        self.wakes.alert();
        Ok(Started { thread, handle })
    }

    fn identify(&self) -> Result<(), Error> {
        self.want_own_block("uses a lock of C that knows which thread has it")
    }

    fn fail(&self, fault: Error) {
        self.fault.borrow_mut().get_or_insert(fault);
    }

    fn recorder(&self) -> Option<&'static FlightRecorder> {
        Some(self.recorder)
    }
}

impl Run {
    /// A thread has asked something of the execution.
    #[inline]
    pub(super) fn alert_if_called(&self, core: &ExecutionCore) {
        if core.has_calls() || !self.surroundings.is_quiet() {
            // The state of a turn that is repeated is not kept up to date: it is heard after that.
            self.wakes.alert();
        }
    }

    /// Each thread is to have thread-locals of its own, since the program does something. If they share
    /// theirs, the execution is going to be abandoned.
    ///
    /// # Errors
    ///
    /// If they cannot have their own.
    fn want_own_block(&self, does: &str) -> Result<(), Error> {
        if has_own_thread_locals() {
            self.wants_blocks.set(!self.have_own_blocks);
            return Ok(());
        }
        let text = format!(
            "the program {does}, for which threads need thread-locals of their own. Fibers cannot \
             have them on this system: use `Engine::Threads`"
        );
        Err(Error::new(ErrorKind::NoOsThread, text))
    }
}
