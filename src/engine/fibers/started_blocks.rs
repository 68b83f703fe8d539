//! The thread-locals of the threads that a program starts on fibers.

use std::cell::RefCell;

use crate::engine::current;
use crate::engine::fiber::LentBlock;
use crate::error::{Error, ErrorKind};

/// The blocks of the fibers on which started threads run: the first, the second, and so on of each
/// execution. A thread is known to the program by its block as soon as it is started, which may be
/// before it has a fiber.
#[derive(Debug, Default)]
pub(super) struct StartedBlocks(RefCell<Vec<StartedBlock>>);

#[derive(Debug)]
struct StartedBlock {
    handle: usize,
    /// Until there is a fiber for it.
    block: Option<LentBlock>,
}

impl StartedBlocks {
    /// What the system calls the thread that is started as number `started`: a `pthread_t`.
    ///
    /// # Errors
    ///
    /// If the system starts no more threads.
    pub(super) fn handle(&self, started: usize) -> Result<usize, Error> {
        let mut blocks = self.0.borrow_mut();
        while blocks.len() <= started {
            let block = lend("a started thread")?;
            blocks.push(StartedBlock {
                handle: block.handle(),
                block: Some(block),
            });
        }
        Ok(blocks[started].handle)
    }

    /// The block for the fiber of that thread.
    ///
    /// # Errors
    ///
    /// As [`handle`](Self::handle).
    pub(super) fn take(&self, started: usize) -> Result<LentBlock, Error> {
        self.handle(started)?;
        let block = self.0.borrow_mut()[started].block.take();
        Ok(block.expect("a thread has one fiber"))
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
