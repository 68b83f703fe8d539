//! The fibers of a carrier: one for each thread of the program.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::run::Run;
use crate::engine::fiber::{Fiber, FirstTurn, LentBlock, TurnEnd, are_lendable};
use crate::engine::{EngineOptions, catch, current};
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
        let mut names = run.program.threads().iter();
        match names.try_for_each(|name| pool.add(name)) {
            Ok(()) => Ok(pool),
            Err(error) => {
                pool.end();
                Err(error)
            }
        }
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

    /// Tells `thread` to unwind. Returns how its turn has ended.
    pub(super) fn stop(&mut self, thread: ThreadId) -> TurnEnd {
        self.heartbeat.run(thread);
        self.fibers[thread.index()].stop()
    }

    /// Ends the fibers.
    pub(super) fn end(self) {
        self.fibers.into_iter().for_each(Fiber::end);
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        let thread = ThreadId::new(self.fibers.len());
        let run = Rc::clone(&self.run);
        let block = self.block(name)?;
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
        let fiber = fiber.map_err(|error| no_stack(name, self.stack_size, &error))?;
        self.fibers.push(fiber);
        Ok(())
    }

    /// Thread-locals for a fiber, if they can be had.
    fn block(&self, name: &str) -> Result<Option<LentBlock>, Error> {
        if !are_lendable() {
            return Ok(None);
        }
        let block = current::uncontrolled(LentBlock::take);
        block.map(Some).ok_or_else(|| {
            let text = format!(
                "the operating system did not start a thread for the thread-locals of `{name}`"
            );
            Error::new(ErrorKind::NoOsThread, text)
        })
    }
}

#[cold]
fn no_stack(name: &str, size: usize, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::NoOsThread,
        format!("no stack of {size} bytes for the fiber of `{name}`: {error}"),
    )
}
