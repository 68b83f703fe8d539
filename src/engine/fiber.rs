//! A coroutine with its stack, how it yields its turn, and the message when its stack overflows.
//! All `unsafe` code of the fibers is here.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::io;
use std::ptr;
use std::rc::Rc;

use corosensei::stack::Stack as _;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::baton::Grant;
use super::catch;
use super::flag;
use crate::memory;
use crate::own_stack;

#[cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "fiber/shared_block.rs"
)]
mod lent_block;
#[cfg_attr(not(unix), path = "fiber/unexplained.rs")]
mod overflow;
#[deny(unsafe_code)]
mod stacks;
#[deny(unsafe_code)]
mod turn_end;

use lent_block::OwnBlock;
#[cfg(interlace)]
pub(crate) use lent_block::OwnUse;
pub(crate) use lent_block::{
    LentBlock, at_next_local, fix_hash_keys, has_own_thread_locals, is_exiting, lender_id,
    renew_hash_keys,
};
use overflow::Guard;
#[cfg(unix)]
pub(crate) use overflow::explain as explain_overflow;
pub(crate) use overflow::explaining as explaining_overflows;
pub(crate) use turn_end::TurnEnd;

/// A coroutine that is resumed with a grant and tells how each of its turns has ended.
pub(crate) struct Fiber {
    coroutine: Coroutine<Grant, TurnEnd, ()>,
    /// The yielder with which it lets go of its turn.
    control: Control,
    /// Its own thread-locals. Without, it has those of the thread that resumes it.
    block: Option<LentBlock>,
    stack_size: usize,
    /// The lowest and the highest address of its stack.
    stack: (usize, usize),
    name: String,
}

thread_local! {
    static CONTROL: Cell<Control> = const { Cell::new(NOBODY) };
}

impl Fiber {
    /// Makes a fiber on a stack of at least `stack_size` bytes with a guard page below it. It runs
    /// `body` at once, up to where that waits for its first turn. `name` is for the message about
    /// an overflow.
    pub(crate) fn new(
        name: &str,
        stack_size: usize,
        block: Option<LentBlock>,
        body: impl FnOnce(FirstTurn) + 'static,
    ) -> io::Result<Self> {
        let stack = stacks::take(stack_size)?;
        let stack_ends = (stack.limit().get(), stack.base().get());
        let first = block.as_ref().map(LentBlock::first);
        let guards = overflow::guards();
        let has_block = first.is_some();
        let control = Rc::new(Cell::new(NOBODY));
        let told = Rc::clone(&control);
        let life = move |yielder: &Yielder<Grant, TurnEnd>, _| {
            told.set(Control(yielder));
            if let Some(first) = first {
                first();
                overflow::set_guards(guards);
                own_stack::set(stack_ends);
                CONTROL.set(Control(yielder));
            }
            body(FirstTurn { yielder, has_block });
            if has_block {
                leave_run();
                lent_block::exit_fiber();
            }
        };
        let mut fiber = Fiber {
            coroutine: Coroutine::with_stack(stack, life),
            control: NOBODY,
            block,
            stack_size,
            stack: stack_ends,
            name: String::new(),
        };
        fiber.resume();
        fiber.control = control.get();
        fiber.rename(name);
        Ok(fiber)
    }

    /// Sets the name of the thread that it runs, for the message about an overflow.
    pub(crate) fn rename(&mut self, name: &str) {
        if self.name != name {
            name.clone_into(&mut self.name);
            overflow::guard(Guard::new(name, self.stack_size, self.stack));
        }
    }

    /// Gives the fiber the turn until it yields or its body returns. Returns how the turn has
    /// ended.
    pub(crate) fn resume(&mut self) -> TurnEnd {
        self.switch(Grant::Resume, &Series::begin())
    }

    /// As [`resume`](Self::resume), but tells the fiber to unwind.
    #[cold]
    pub(crate) fn stop(&mut self) -> TurnEnd {
        self.switch(Grant::Unwind, &Series::begin())
    }

    /// As [`resume`](Self::resume), but faster: what the calling thread has for itself is restored
    /// only where the series [rests](Series::rest).
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn resume_next(&mut self, series: &Series) -> TurnEnd {
        self.switch(Grant::Resume, series)
    }

    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn switch(&mut self, grant: Grant, Series { own, .. }: &Series) -> TurnEnd {
        match &self.block {
            Some(block) => block.enter(own),
            None => CONTROL.set(self.control),
        }
        match self.coroutine.resume(grant) {
            CoroutineResult::Yield(end) => end,
            CoroutineResult::Return(()) => TurnEnd::FINISHED,
        }
    }

    /// Ends the fiber and, when its body has returned, frees its stack for others.
    pub(crate) fn end(mut self) {
        // In the middle of an execution it first unwinds, and must be told a second time to end.
        for _ in 0..2 {
            if !self.coroutine.done() {
                self.stop();
            }
        }
        if self.coroutine.done() {
            stacks::give_back(self.stack_size, self.coroutine.into_stack());
        } else {
            // It goes on regardless. Leaked, since dropping it would resume it once more.
            std::mem::forget(self);
        }
    }
}

/// The first turn of a fiber, which is still to come.
pub(crate) struct FirstTurn<'a> {
    yielder: &'a Yielder<Grant, TurnEnd>,
    has_block: bool,
}

impl FirstTurn<'_> {
    /// Waits for it. Returns its grant. Each thread of the fiber will find thread-locals as they are
    /// now, if they are the fiber's own.
    pub(crate) fn wait(self) -> Grant {
        if self.has_block {
            lent_block::keep_block();
        }
        self.yielder.suspend(TurnEnd::OTHERWISE)
    }
}

/// Makes `block` ready to be shared by fibers that have none of their own, which are made and
/// resumed [on](LentBlock::on) it. `prepare` is run there.
pub(crate) fn share(block: &LentBlock, prepare: impl FnOnce()) {
    let (first, guards) = (block.first(), overflow::guards());
    block.on(|| {
        first();
        overflow::set_guards(guards);
        prepare();
        block.keep();
    });
}

/// Ends what [`share`] has begun, when all fibers have ended. `clean_up` is run on the block.
pub(crate) fn unshare(block: &LentBlock, clean_up: impl FnOnce()) {
    block.on(|| {
        leave_run();
        clean_up();
        lent_block::exit_fiber();
    });
}

/// Turns of fibers, one after the other, which are given by [`Fiber::resume_next`]. Between two of them
/// the calling thread must neither reach a marker nor use a thread-local, unless the series rests.
pub(crate) struct Series {
    own: OwnBlock,
    control: Control,
}

impl Series {
    #[inline]
    pub(crate) fn begin() -> Self {
        Series {
            own: OwnBlock::current(),
            control: CONTROL.get(),
        }
    }

    /// Restores what the calling thread has for itself. Until the next turn it may do anything.
    #[inline]
    pub(crate) fn rest(&self) {
        // The block is restored before what is in it.
        self.own.restore();
        CONTROL.set(self.control);
    }
}

impl Drop for Series {
    #[inline]
    fn drop(&mut self) {
        self.rest();
    }
}

/// Whether a run controls the calling thread, and on which fiber: null if no run does, [`THREAD`]
/// for an OS thread, otherwise the yielder of the fiber. So one load tells a marker what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Control(*const Yielder<Grant, TurnEnd>);

const THREAD: Control = Control(ptr::without_provenance(1));
const NOBODY: Control = Control(ptr::null());

impl Control {
    #[inline]
    pub(super) fn current() -> Self {
        CONTROL.get()
    }

    #[inline]
    pub(super) fn is_by_run(self) -> bool {
        self != NOBODY
    }

    #[inline]
    pub(super) fn is_of_fiber(self) -> bool {
        self != NOBODY && self != THREAD
    }

    /// Yields the turn of the calling fiber, which has ended with `end`. Returns its grant when the
    /// turn comes back; `None`, at once, if this is not a fiber.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn let_go(self, end: TurnEnd) -> Option<Grant> {
        if !self.is_of_fiber() {
            return None;
        }
        // SAFETY: `CONTROL` holds a yielder only while a fiber runs on this OS thread, or between
        // two turns of a series, where nothing calls this. It is the yielder of that fiber, whose
        // body is what runs now. A yielder lives until the body returns.
        Some(unsafe { &*self.0 }.suspend(end))
    }
}

/// The thread of the calling fiber exits, after a panic or not: what it has registered for that runs,
/// if it has borrowed its thread-locals. Its fiber must then let go of the turn by what was its
/// [`Control`] before.
pub(super) fn exit_thread(has_panicked: bool) {
    if has_panicked {
        // The execution is over for it, and destructors cannot unwind.
        leave_run();
    }
    catch::forget_panics();
    lent_block::exit_thread();
}

/// Lets the calling fiber go on by itself: until it has the turn again, markers do nothing.
pub(super) fn leave_run() {
    CONTROL.set(NOBODY);
}

/// The calling thread, which has [left](leave_run) its run, is under `control` again.
pub(super) fn come_back(control: Control) {
    CONTROL.set(control);
}

/// Runs `body` with the calling thread controlled by a run, or not. Must not be called on a fiber.
#[inline]
pub(super) fn with_control<T>(is_by_run: bool, body: impl FnOnce() -> T) -> T {
    if is_by_run {
        flag::with(&CONTROL, THREAD, body)
    } else {
        memory::outside(|| flag::with(&CONTROL, NOBODY, body))
    }
}

/// Runs `body` with no run in control of the calling thread, on the memory that it uses.
#[inline]
pub(super) fn without_control<T>(body: impl FnOnce() -> T) -> T {
    flag::with(&CONTROL, NOBODY, body)
}
