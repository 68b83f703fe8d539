//! The fibers of a carrier: one for each thread of the program.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::run::Run;
use crate::engine::EngineOptions;
use crate::engine::baton::Grant;
use crate::engine::fiber::{Fiber, TurnEnd};
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;

/// The fibers of a carrier, by the ids of the threads that they run. Those of threads that the
/// program starts are made when they are first needed, and kept for later executions.
pub(super) struct FiberPool {
    fibers: Vec<Fiber>,
    declared: usize,
    run: Rc<Run>,
    heartbeat: Arc<Heartbeat>,
    stack_size: usize,
}

impl FiberPool {
    /// One fiber for each declared thread.
    ///
    /// # Errors
    ///
    /// If there is no memory for the stacks.
    pub(super) fn new(run: &Rc<Run>, options: EngineOptions) -> Result<Self, Error> {
        let mut pool = FiberPool {
            fibers: Vec::new(),
            declared: run.declared,
            run: Rc::clone(run),
            heartbeat: Arc::clone(&run.heartbeat),
            stack_size: options.stack_size,
        };
        for name in run.program.threads() {
            pool.add(name)?;
        }
        Ok(pool)
    }

    /// Gives the turn to `thread` until it lets go of it. Returns how the turn has ended.
    #[inline]
    pub(super) fn resume(&mut self, thread: ThreadId) -> TurnEnd {
        self.heartbeat.run(thread);
        if thread.index() < self.declared {
            self.fibers[thread.index()].resume()
        } else {
            self.resume_started(thread)
        }
    }

    /// The fibers of the declared threads.
    pub(super) fn declared(&mut self) -> &mut [Fiber] {
        &mut self.fibers[..self.declared]
    }

    /// As [`resume`](Self::resume), for a thread that the program has started.
    #[cold]
    fn resume_started(&mut self, thread: ThreadId) -> TurnEnd {
        let name = self.run.name(thread);
        while self.fibers.len() <= thread.index() {
            if let Err(error) = self.add(&name) {
                return self.run.refuse(thread, error);
            }
        }
        let fiber = &mut self.fibers[thread.index()];
        fiber.rename(&name);
        fiber.resume()
    }

    /// Gives the turn to `thread`, or tells it to unwind. Returns how its turn has ended.
    pub(super) fn tell(&mut self, thread: ThreadId, grant: Grant) -> TurnEnd {
        match grant {
            Grant::Resume => self.resume(thread),
            Grant::Unwind => {
                self.heartbeat.run(thread);
                self.fibers[thread.index()].stop()
            }
        }
    }

    /// Ends the fibers.
    pub(super) fn end(self) {
        self.fibers.into_iter().for_each(Fiber::end);
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        let thread = ThreadId::new(self.fibers.len());
        let run = Rc::clone(&self.run);
        let live = move |grant| run.live(thread, grant);
        let fiber = Fiber::new(name, self.stack_size, live);
        let fiber = fiber.map_err(|error| no_stack(name, self.stack_size, &error))?;
        self.fibers.push(fiber);
        Ok(())
    }
}

#[cold]
fn no_stack(name: &str, size: usize, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::NoOsThread,
        format!("no stack of {size} bytes for the fiber of `{name}`: {error}"),
    )
}
