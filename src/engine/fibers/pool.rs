//! The fibers of a carrier: one for each thread of the program.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::run::Run;
use super::started_blocks::lend;
use crate::engine::baton::Grant;
use crate::engine::fiber::{
    Fiber, FirstTurn, LentBlock, TurnEnd, has_own_thread_locals, share, unshare,
};
use crate::engine::{EngineOptions, catch, current};
use crate::error::{Error, ErrorKind};
use crate::operation::ThreadId;

/// The fibers of a carrier, by the ids of the threads that they run. Those of threads that the
/// program starts are made when they are first needed, and kept for later executions.
pub(super) struct FiberPool {
    fibers: Vec<Fiber>,
    declared: usize,
    /// The thread-locals that all fibers share, for as long as nobody can tell: to set the register
    /// for each turn takes as long as the turn.
    shared: Option<Rc<LentBlock>>,
    /// Whether each has its own.
    have_own: bool,
    run: Rc<Run>,
    heartbeat: Arc<Heartbeat>,
    stack_size: usize,
}

impl FiberPool {
    /// One fiber for each declared thread.
    ///
    /// # Errors
    ///
    /// If there is no memory for the stacks, or the system starts no more threads.
    pub(super) fn new(
        run: &Rc<Run>,
        options: EngineOptions,
        have_own: bool,
    ) -> Result<Self, Error> {
        let mut pool = FiberPool {
            fibers: Vec::new(),
            declared: run.declared,
            shared: None,
            have_own,
            run: Rc::clone(run),
            heartbeat: Arc::clone(&run.heartbeat),
            stack_size: options.stack_size,
        };
        if !have_own && has_own_thread_locals() {
            let block = lend("the program")?;
            share(&block, || {
                current::set_controller(Some(Box::new(Rc::clone(run))));
                catch::keep_panics();
            });
            pool.shared = Some(Rc::new(block));
        }
        pool.add_declared().map(|()| pool)
    }

    fn add_declared(&mut self) -> Result<(), Error> {
        let run = Rc::clone(&self.run);
        let mut names = run.program.threads().iter();
        let added = self.on_block(|pool| names.try_for_each(|name| pool.add(name)));
        added.inspect_err(|_| self.clear())
    }

    /// Runs `body` on the thread-locals that fibers share, if they do not have their own. To be used
    /// around whatever makes or resumes fibers.
    #[inline]
    pub(super) fn on_block<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> T {
        match self.shared.clone() {
            Some(block) => block.on(|| body(self)),
            None => body(self),
        }
    }

    /// Puts the thread-locals back that fibers share, between two of their threads.
    #[inline]
    pub(super) fn put_block_back(&self) {
        if let Some(block) = self.shared.as_ref().filter(|block| block.has_changed()) {
            // Destructors that run now have no turn.
            current::uncontrolled(|| block.put_back());
        }
    }

    /// Whether a thread has left something in the thread-locals that fibers share: others would see
    /// it, and each is to have its own.
    #[inline]
    pub(super) fn is_to_lend(&self) -> bool {
        let block = self.shared.as_ref();
        block.is_some_and(|block| self.run.wants_blocks() || block.has_changed())
    }

    /// Gives the turn to `thread` until it lets go of it. Returns how the turn has ended.
    #[allow(clippy::inline_always)]
    #[inline(always)]
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
    pub(super) fn end(mut self) {
        self.clear();
    }

    fn clear(&mut self) {
        self.on_block(|pool| pool.fibers.drain(..).for_each(Fiber::end));
        if let Some(block) = self.shared.take() {
            unshare(&block, || current::set_controller(None));
        }
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        let thread = ThreadId::new(self.fibers.len());
        let run = Rc::clone(&self.run);
        let block = if thread.index() >= self.declared {
            self.run.take_block(thread)?
        } else {
            self.have_own.then(|| lend(name)).transpose()?
        };
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
}

#[cold]
fn no_stack(name: &str, size: usize, error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::NoOsThread,
        format!("no stack of {size} bytes for the fiber of `{name}`: {error}"),
    )
}
