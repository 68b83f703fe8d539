//! The fibers of the threads that a program starts.

use std::cell::RefCell;
use std::rc::Rc;

use crate::engine::baton::Grant;
use crate::engine::current;
use crate::engine::fiber::{Fiber, LentBlock, TurnEnd};
use crate::error::{Error, ErrorKind};

/// The fibers on which started threads run: the first, the second, and so on of each execution. They
/// are made when they are first needed, kept for later executions, and have thread-locals of their
/// own. One may be resumed while another runs that starts it.
#[derive(Default)]
pub(super) struct StartedFibers(RefCell<Vec<StartedFiber>>);

#[derive(Clone)]
struct StartedFiber {
    /// What the system calls a thread with the thread-locals of the fiber: a `pthread_t`.
    handle: usize,
    fiber: Rc<RefCell<Fiber>>,
}

impl StartedFibers {
    /// Sees to it that there is a fiber for the thread that is started as number `started`, by
    /// `make` if there is none. Returns its `pthread_t`.
    ///
    /// # Errors
    ///
    /// If the system starts no more threads, or as `make` fails.
    pub(super) fn add(
        &self,
        started: usize,
        make: impl Fn(LentBlock) -> Result<Fiber, Error>,
    ) -> Result<usize, Error> {
        while self.0.borrow().len() <= started {
            let block = lend("a started thread")?;
            let handle = block.handle();
            let fiber = Rc::new(RefCell::new(make(block)?));
            self.0.borrow_mut().push(StartedFiber { handle, fiber });
        }
        Ok(self.0.borrow()[started].handle)
    }

    /// Gives a turn to the fiber of that thread, which is called `name` if that is known, or tells it to
    /// unwind. Returns how the turn has ended.
    pub(super) fn tell(&self, started: usize, name: Option<&str>, grant: Grant) -> TurnEnd {
        let StartedFiber { fiber, .. } = self.0.borrow()[started].clone();
        let mut fiber = fiber.borrow_mut();
        if let Some(name) = name {
            fiber.rename(name);
        }
        match grant {
            Grant::Resume => fiber.resume(),
            Grant::Unwind => fiber.stop(),
        }
    }

    /// Ends the fibers. None of them is running.
    pub(super) fn end(&self) {
        for StartedFiber { fiber, .. } in self.0.take() {
            let fiber = Rc::into_inner(fiber).map(RefCell::into_inner);
            fiber.into_iter().for_each(Fiber::end);
        }
    }
}

/// The thread-locals of a thread that does nothing else.
///
/// # Errors
///
/// If the system starts no more threads.
pub(super) fn lend(name: &str) -> Result<LentBlock, Error> {
    current::uncontrolled(LentBlock::take).ok_or_else(|| {
        let text = format!(
            "the operating system did not start a thread for the thread-locals of `{name}`"
        );
        Error::new(ErrorKind::NoOsThread, text)
    })
}
