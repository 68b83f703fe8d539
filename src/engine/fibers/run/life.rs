//! The life of a fiber.

use std::rc::Rc;

use super::{Run, TurnDetail};
use crate::engine::baton::Grant;
use crate::engine::catch::{self, Caught, caught};
use crate::engine::controller::Body;
use crate::engine::current;
use crate::engine::fiber::{Control, Fiber, FirstTurn, LentBlock, TurnEnd, exit_thread};
use crate::error::{Error, ErrorKind};
use crate::memory::Owner;
use crate::operation::ThreadId;

impl Run {
    /// Makes the fiber of `thread`, with `block` for its thread-locals or with those that fibers
    /// share.
    ///
    /// # Errors
    ///
    /// If there is no memory for its stack.
    pub(in super::super) fn make_fiber(
        self: &Rc<Self>,
        thread: ThreadId,
        name: &str,
        block: Option<LentBlock>,
    ) -> Result<Fiber, Error> {
        let run = Rc::clone(self);
        let has_block = block.is_some();
        let live = move |first: FirstTurn| {
            let live = || run.live(thread, first.wait());
            if has_block {
                let controller = Box::new(Rc::clone(&run));
                current::under(controller, || catch::keeping_panics(live));
            } else {
                live();
            }
        };
        let fiber = Fiber::new(name, self.stack_size, block, live);
        fiber.map_err(|error| no_stack(name, self.stack_size, &error))
    }

    /// The life of a fiber: runs its thread in execution after execution, as long as it is told to.
    fn live(&self, thread: ThreadId, mut grant: Grant) {
        while grant == Grant::Resume {
            // Whatever it has reached was in the execution before.
            self.heartbeat.reach(thread, TurnEnd::FINISHED);
            let result = match self.take_body(thread) {
                None => {
                    let instance = self.instance.borrow();
                    caught(|| self.owner(thread).run(|| instance.run_thread(thread)))
                }
                Some(body) => caught(body),
            };
            let control = Control::current();
            let end = match result {
                Ok(()) => {
                    // Shared thread-locals stay as they are, so that a change is noticed. (A panic
                    // below is one itself, since it is kept for the report, and the last thing that
                    // the thread has done.)
                    if self.have_own_blocks {
                        Owner::last_run(|| exit_thread(false));
                    }
                    TurnEnd::FINISHED
                }
                Err(caught) => {
                    // It does not pause any more. The note is left last, since its turn ends then.
                    Owner::last_run(|| exit_thread(true));
                    self.note.set(Some(TurnDetail::Failed(caught)));
                    TurnEnd::OTHERWISE
                }
            };
            let is_fiber = control.let_go(end);
            grant = is_fiber.expect("this is the body of a fiber");
        }
    }

    /// Whose memory a declared thread uses.
    #[inline]
    fn owner(&self, thread: ThreadId) -> Owner {
        if self.have_own_blocks {
            let owner = Owner::declared(thread.index());
            self.surroundings.process_lock.owner(owner)
        } else {
            Owner::NOBODY
        }
    }

    /// What `thread` runs, if the program has started it.
    #[inline]
    fn take_body(&self, thread: ThreadId) -> Option<Body> {
        let started = thread.index().checked_sub(self.declared)?;
        self.bodies.borrow_mut()[started].take()
    }

    /// Whether `thread` was started by the program and has not begun. It never will, so what it was
    /// to run is dropped.
    pub(in super::super) fn drops_body(&self, thread: ThreadId) -> bool {
        let Some(body) = self.take_body(thread) else {
            return false;
        };
        let dropped = current::uncontrolled(|| caught(|| drop(body)));
        let ended = dropped.and(Err(Caught::Unwound));
        let caught = ended.unwrap_or_else(|caught| caught);
        self.core.borrow_mut().finish_caught(thread, caught);
        true
    }
}

#[cold]
fn no_stack(name: &str, size: usize, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::NoOsThread,
        format!("no stack of {size} bytes for the fiber of `{name}`: {error}"),
    )
}
