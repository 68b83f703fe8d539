//! A thread that is unwound wherever it would wait.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use crate::engine::baton::Grant;
use crate::engine::controller::{Controller, NewThread, Started};
use crate::engine::current::{controlled, uncontrolled, under};
use crate::engine::execution_core::ExecutionCore;
use crate::engine::surroundings::Surroundings;
use crate::engine::yield_reason::YieldReason;
use crate::error::Error;
use crate::operation::ThreadId;

thread_local! {
    /// Of the calling thread alone: several of these tests run at a time.
    static SURROUNDINGS: Arc<Surroundings> = Surroundings::new(false, Arc::default());
    static WAITS: Cell<usize> = const { Cell::new(0) };
}

/// How often the calling thread was to be unwound.
pub(super) fn waits() -> usize {
    WAITS.get()
}

/// The controller of an execution that is over.
struct Unwinds(Rc<RefCell<ExecutionCore>>);

impl Controller for Unwinds {
    fn pause(&self, _: YieldReason) -> Option<Grant> {
        WAITS.set(WAITS.get() + 1);
        Some(Grant::Unwind)
    }

    fn introduce(&self, _: Option<&str>) -> Option<Grant> {
        None
    }

    fn withdraw(&self) {}

    fn waker(&self) -> Waker {
        Waker::noop().clone()
    }

    fn is_cancelled(&self) -> bool {
        false
    }

    fn with_core(&self, body: &mut dyn FnMut(&mut ExecutionCore, ThreadId)) {
        let mut core = self.0.borrow_mut();
        body(&mut core, ThreadId::new(0));
        let surroundings = Arc::clone(&core.surroundings);
        surroundings.reset(&mut core.kernel);
    }

    fn spawn(&self, _: NewThread<'_>) -> Result<Started, Error> {
        unreachable!("the execution is over")
    }

    fn settle(&self) {}
    fn take_process_lock(&self) {}

    fn leave(&self) {
        unreachable!("each can unwind")
    }

    fn fail(&self, fault: Error) {
        panic!("{fault}");
    }
}

/// Runs `body`, and unwinds the calling thread at each call of std that would wait.
pub(super) fn unwinding_at_waits<T>(body: impl FnOnce() -> T) -> T {
    let make = |surroundings: &Arc<Surroundings>| {
        ExecutionCore::without_scheduler(&["waits".to_owned()], surroundings)
    };
    // On a fiber, the caller counts as code of the program.
    let core = uncontrolled(|| SURROUNDINGS.with(make));
    let unwinds = Unwinds(Rc::new(RefCell::new(core)));
    under(Box::new(unwinds), || controlled(body))
}
