//! Thread-locals of its own for each fiber: an OS thread that sleeps lends it the block that holds
//! its own.
//!
//! A thread finds its thread-locals by one register. It is set before a fiber is resumed, and set
//! back when the fiber has stopped. So code on a fiber sees the thread-locals, the `errno` and the
//! id of another OS thread, always the same one.

mod hash_keys;
mod image;
mod keys;
mod lender;
mod next_symbol;
mod thread_exit;
mod thread_pointer;

use std::sync::OnceLock;

pub(crate) use hash_keys::{fix_hash_keys, renew_hash_keys};
use keys::KeyValues;
use lender::Lender;
pub(crate) use lender::lender_id;
use thread_exit::BlockUse;
#[cfg(interlace)]
pub(crate) use thread_exit::OwnUse;
pub(crate) use thread_exit::{at_next_local, exit_fiber, exit_thread, is_exiting, keep_block};

/// The thread-locals of an OS thread, for one fiber.
#[derive(Debug)]
pub(crate) struct LentBlock {
    thread_pointer: usize,
    /// At an address of its own, since the block has a pointer to it.
    block_use: Box<BlockUse>,
    /// Nobody else's until this is dropped.
    lender: Option<Lender>,
}

/// Whether fibers can have thread-locals of their own: user code may set the register, and the
/// thread-locals of the program can be told from those of libc.
pub(crate) fn has_own_thread_locals() -> bool {
    static HAS_OWN: OnceLock<bool> = OnceLock::new();
    *HAS_OWN.get_or_init(|| {
        let block = thread_pointer::is_settable().then(Lender::take).flatten();
        block.is_some_and(|lender| {
            let offset = thread_exit::address_in_block().wrapping_sub(thread_pointer::current());
            let is_known = lender.holds(lender.thread_pointer.wrapping_add(offset));
            lender.give_back();
            is_known
        })
    })
}

impl LentBlock {
    /// A block that nobody uses; `None` if the system starts no more threads. To be called only if
    /// [they can be lent](has_own_thread_locals).
    pub(crate) fn take() -> Option<Self> {
        let lender = Lender::take()?;
        Some(LentBlock {
            thread_pointer: lender.thread_pointer,
            block_use: Box::new(BlockUse::new(lender.image.clone())),
            lender: Some(lender),
        })
    }

    /// What the system calls a thread with this block: its `pthread_t`, which glibc makes of the
    /// address of the block.
    pub(crate) fn handle(&self) -> usize {
        self.lender.as_ref().map_or(0, Lender::handle)
    }

    /// What a fiber that gets this block runs first, on it.
    pub(crate) fn first(&self) -> impl FnOnce() + 'static {
        let block_use = &raw const *self.block_use;
        // SAFETY: a fiber owns its block, and ends before it.
        move || unsafe { BlockUse::begin(block_use) }
    }

    /// Runs `body` with this block in place of the calling thread's. In `body` nothing of the thread's
    /// own thread-locals may be used that was found before.
    pub(crate) fn on<T>(&self, body: impl FnOnce() -> T) -> T {
        /// Not inlined: where it is, the compiler does not know any address of a thread-local.
        #[inline(never)]
        fn out_of_line<T>(body: impl FnOnce() -> T) -> T {
            body()
        }
        let own = OwnBlock::current();
        self.enter(&own);
        out_of_line(body)
    }

    /// Fibers that share this block find it as it is now. To be called [on](Self::on) the block.
    pub(crate) fn keep(&self) {
        self.block_use.keep();
    }

    /// Puts back what threads have left in it. To be called [on](Self::on) the block.
    pub(crate) fn put_back(&self) {
        self.block_use.exit_thread();
    }

    /// Whether a thread has left something in the block for others to see. To be called
    /// [on](Self::on) the block.
    #[inline]
    pub(crate) fn has_changed(&self) -> bool {
        self.block_use.has_changed()
    }

    /// Has the calling thread use this block, until its own is [restored](OwnBlock).
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn enter(&self, _: &OwnBlock) {
        // SAFETY: there is one only if the register may be set. The lender sleeps, and lends its
        // block to nobody else. Who calls this goes on with a switch to the fiber.
        unsafe { thread_pointer::set(self.thread_pointer) };
    }
}

impl Drop for LentBlock {
    fn drop(&mut self) {
        if let Some(lender) = self.lender.take() {
            let own = OwnBlock::current();
            self.enter(&own);
            // What values there are is lost, as is what is registered.
            KeyValues::default().put_back(|_, _| {});
            drop(own);
            // SAFETY: the fiber has ended, or is never resumed again.
            unsafe { lender.image.put_back() };
            lender.give_back();
        }
    }
}

/// The calling thread's own block: restored when this is dropped.
#[derive(Debug)]
pub(crate) struct OwnBlock(usize);

impl OwnBlock {
    #[inline]
    pub(crate) fn current() -> Self {
        OwnBlock(thread_pointer::current())
    }

    #[inline]
    pub(crate) fn restore(&self) {
        if thread_pointer::current() != self.0 {
            // SAFETY: another was set, so it may be. It is the value of the calling thread.
            unsafe { thread_pointer::set(self.0) };
        }
    }
}

impl Drop for OwnBlock {
    #[inline]
    fn drop(&mut self) {
        self.restore();
    }
}

#[cfg(test)]
mod tests;
