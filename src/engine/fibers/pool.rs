//! The fibers of a carrier: one for each declared thread of the program, and those of its run.

use std::rc::Rc;
use std::sync::Arc;

use super::heartbeat::Heartbeat;
use super::run::Run;
use super::started_fibers::lend;
use crate::engine::baton::Grant;
use crate::engine::fiber::{
    Fiber, LentBlock, Series, TurnEnd, has_own_thread_locals, share, unshare,
};
use crate::engine::{catch, current};
use crate::error::Error;
use crate::operation::ThreadId;

/// The fibers of a carrier.
pub(super) struct FiberPool {
    /// Those of the declared threads, by their ids.
    fibers: Vec<Fiber>,
    /// The thread-locals that all fibers share, for as long as nobody can tell: to set the register
    /// for each turn takes as long as the turn.
    shared: Option<Rc<LentBlock>>,
    /// Whether they are to stay as they are, since a thread is left that uses them for ever.
    is_block_kept: bool,
    /// Whether each has its own.
    have_own: bool,
    run: Rc<Run>,
    heartbeat: Arc<Heartbeat>,
}

impl FiberPool {
    /// One fiber for each declared thread.
    ///
    /// # Errors
    ///
    /// If there is no memory for the stacks, or the system starts no more threads.
    pub(super) fn new(run: &Rc<Run>, have_own: bool) -> Result<Self, Error> {
        let mut pool = FiberPool {
            fibers: Vec::new(),
            shared: None,
            is_block_kept: false,
            have_own,
            run: Rc::clone(run),
            heartbeat: Arc::clone(&run.heartbeat),
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

    /// Leaves the thread-locals that fibers share as they are, for the life of the process.
    #[cold]
    pub(super) fn keep_block(&mut self) {
        self.is_block_kept = true;
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

    /// Gives the turn to `thread` until it lets go of it. Returns how the turn has ended. A series
    /// that is to be given to a thread which the program has started must rest.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn resume_next(&mut self, thread: ThreadId, series: &Series) -> TurnEnd {
        self.heartbeat.run(thread);
        match self.fibers.get_mut(thread.index()) {
            Some(fiber) => fiber.resume_next(series),
            None => self.tell_started(thread, Grant::Resume),
        }
    }

    /// Gives the turn to `thread`, or tells it to unwind. Returns how its turn has ended.
    pub(super) fn tell(&mut self, thread: ThreadId, grant: Grant) -> TurnEnd {
        self.heartbeat.run(thread);
        match self.fibers.get_mut(thread.index()) {
            Some(fiber) if grant == Grant::Resume => fiber.resume(),
            Some(fiber) => fiber.stop(),
            None => self.tell_started(thread, grant),
        }
    }

    /// As [`tell`](Self::tell), for a thread that the program has started.
    #[cold]
    fn tell_started(&self, thread: ThreadId, grant: Grant) -> TurnEnd {
        let started = thread.index() - self.fibers.len();
        let name = self.run.name(thread);
        self.run.started.tell(started, Some(&name), grant)
    }

    /// Ends the fibers.
    pub(super) fn end(mut self) {
        self.clear();
    }

    fn clear(&mut self) {
        self.on_block(|pool| pool.fibers.drain(..).for_each(Fiber::end));
        self.run.started.end();
        match self.shared.take() {
            Some(block) if self.is_block_kept => std::mem::forget(block),
            Some(block) => unshare(&block, || current::set_controller(None)),
            None => {}
        }
    }

    fn add(&mut self, name: &str) -> Result<(), Error> {
        let thread = ThreadId::new(self.fibers.len());
        let block = self.have_own.then(|| lend(name)).transpose()?;
        let fiber = self.run.make_fiber(thread, name, block)?;
        self.fibers.push(fiber);
        Ok(())
    }
}
