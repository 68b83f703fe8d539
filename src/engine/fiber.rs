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
use super::flag;

#[cfg_attr(
    not(all(
        target_os = "linux",
        target_env = "gnu",
        any(target_arch = "x86_64", target_arch = "aarch64")
    )),
    path = "fiber/shared_block.rs"
)]
mod lent_block;
#[deny(unsafe_code)]
mod stacks;
#[deny(unsafe_code)]
mod turn_end;

use lent_block::OwnBlock;
pub(crate) use lent_block::{LentBlock, are_lendable, exit_thread, is_exiting};
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
    #[inline]
    pub(crate) fn resume(&mut self) -> TurnEnd {
        self.resume_with(Grant::Resume)
    }

    /// As [`resume`](Self::resume), but tells the fiber to unwind.
    #[cold]
    pub(crate) fn stop(&mut self) -> TurnEnd {
        self.resume_with(Grant::Unwind)
    }

    #[inline]
    fn resume_with(&mut self, grant: Grant) -> TurnEnd {
        in_series(|series| self.switch(grant, series))
    }

    /// As [`resume`](Self::resume), but faster: what the calling thread has for itself is restored
    /// only at the end of the series.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn resume_next(&mut self, series: &Series) -> TurnEnd {
        self.switch(Grant::Resume, series)
    }

    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn switch(&mut self, grant: Grant, Series(own): &Series) -> TurnEnd {
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

/// Permission to resume fibers by [`Fiber::resume_next`].
pub(crate) struct Series(OwnBlock);

/// Runs `body`, which resumes one fiber after the other by [`Fiber::resume_next`]. Between two turns
/// it must neither reach a marker nor use a thread-local.
#[inline]
pub(crate) fn in_series<T>(body: impl FnOnce(&Series) -> T) -> T {
    // The block is restored before what is in it.
    flag::keeping(&CONTROL, || body(&Series(OwnBlock::current())))
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

    /// Yields the turn of the calling fiber, which has ended with `end`. Returns its grant when the
    /// turn comes back; `None`, at once, if this is not a fiber.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn let_go(self, end: TurnEnd) -> Option<Grant> {
        if self == NOBODY || self == THREAD {
            return None;
        }
        // SAFETY: `CONTROL` holds a yielder only while a fiber runs on this OS thread, or between
        // two turns of a series, where nothing calls this. It is the yielder of that fiber, whose
        // body is what runs now. A yielder lives until the body returns.
        Some(unsafe { &*self.0 }.suspend(end))
    }
}

/// Lets the calling fiber go on by itself: until it has the turn again, markers do nothing.
pub(super) fn leave_run() {
    CONTROL.set(NOBODY);
}

/// Runs `body` with the calling thread controlled by a run, or not. Must not be called on a fiber.
#[inline]
pub(super) fn with_control<T>(is_by_run: bool, body: impl FnOnce() -> T) -> T {
    let control = if is_by_run { THREAD } else { NOBODY };
    flag::with(&CONTROL, control, body)
}

/// The addresses at which an overflow of one stack faults, and the message about it.
#[derive(Debug, Clone)]
struct Guard {
    low: usize,
    high: usize,
    message: String,
}

/// How far above the lowest address of a stack a fault counts as an overflow: at least a guard
/// page, whatever the size of pages.
const GUARD_SIZE: usize = 64 * 1024;

impl Guard {
    fn new(name: &str, stack_size: usize, (low, high): (usize, usize)) -> Self {
        let message = format!(
            "\ninterlace: the stack of thread `{name}` has overflowed. On `Engine::Fibers` it has \
             {stack_size} bytes: enlarge it with `Explorer::stack_size`, or use \
             `Engine::Threads`.\n\n"
        );
        Guard {
            low,
            high: (low + GUARD_SIZE).min(high),
            message,
        }
    }
}

pub(crate) use overflow::explaining as explaining_overflows;

#[cfg(not(unix))]
mod overflow {
    pub(crate) fn explaining<T>(body: impl FnOnce() -> T) -> T {
        body()
    }

    pub(super) fn guard(_: super::Guard) {}

    pub(super) fn guards() {}

    pub(super) fn set_guards((): ()) {}
}

#[cfg(unix)]
mod overflow {
    use std::cell::{Cell, RefCell};
    use std::ptr;
    use std::sync::{Once, OnceLock};

    use super::Guard;

    thread_local! {
        /// The guards of the fibers that this thread carries. It has a constant initial value and
        /// no destructor, so that a signal handler may read it.
        static GUARDS: Cell<*const RefCell<Vec<Guard>>> = const { Cell::new(ptr::null()) };
    }

    /// The handlers of these signals before this one was installed.
    static BEFORE: OnceLock<[Before; 2]> = OnceLock::new();

    struct Before(libc::c_int, libc::sigaction);

    /// Runs `body`, which makes and resumes fibers. If a stack overflows meanwhile, prints whose it
    /// was. The process ends all the same: an overflow cannot be unwound.
    pub(crate) fn explaining<T>(body: impl FnOnce() -> T) -> T {
        /// Restores the outer guards, even if the body unwinds.
        struct Outer(*const RefCell<Vec<Guard>>);
        impl Drop for Outer {
            fn drop(&mut self) {
                GUARDS.set(self.0);
            }
        }

        static INSTALL: Once = Once::new();
        const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];
        INSTALL.call_once(|| {
            // First, since a thread may fault as soon as the handler is installed.
            BEFORE.get_or_init(|| SIGNALS.map(look_up));
            SIGNALS.into_iter().for_each(install);
        });
        let guards = RefCell::default();
        let _outer = Outer(GUARDS.replace(&raw const guards));
        body()
    }

    /// The guards of the fibers that the calling thread carries, for [`set_guards`].
    pub(super) fn guards() -> *const RefCell<Vec<Guard>> {
        GUARDS.get()
    }

    /// Sets the guards for a fiber that has thread-locals of its own, on it.
    pub(super) fn set_guards(guards: *const RefCell<Vec<Guard>>) {
        GUARDS.set(guards);
    }

    /// Adds a guard, or replaces that of the same stack.
    pub(super) fn guard(guard: Guard) {
        with_guards(|guards| {
            let mut guards = guards.borrow_mut();
            guards.retain(|other| other.low != guard.low);
            guards.push(guard);
        });
    }

    /// Calls `show` with the guards of the calling thread, if it carries fibers.
    fn with_guards(show: impl FnOnce(&RefCell<Vec<Guard>>)) {
        // SAFETY: `explaining` set it to a value that lives until it sets it back, on this thread,
        // and its body has not ended.
        if let Some(guards) = unsafe { GUARDS.get().as_ref() } {
            show(guards);
        }
    }

    fn look_up(signal: libc::c_int) -> Before {
        // SAFETY: `sigaction` is a plain C structure, for which all zeroes is a value; with no new
        // action the call only fills it in.
        unsafe {
            let mut before: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, ptr::null(), &raw mut before);
            Before(signal, before)
        }
    }

    fn install(signal: libc::c_int) {
        // SAFETY: all zeroes is a value, as above. The pointer is to a live structure, and the
        // handler has the type that SA_SIGINFO asks for. It runs on the alternative stack that std
        // gives to every thread it starts.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fault as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigaction(signal, &raw const action, ptr::null_mut());
        }
    }

    extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // Kept, since the interrupted code may be about to read it.
        let errno = errno();
        // SAFETY: it is the address of the thread's `errno`, which lives as long as the thread.
        let before = errno.map(|errno| unsafe { *errno });
        // SAFETY: the system passes a pointer to a live `siginfo_t`.
        explain(unsafe { (*info).si_addr() }.addr());
        put_back(signal);
        if let (Some(errno), Some(before)) = (errno, before) {
            // SAFETY: as above.
            unsafe { *errno = before };
        }
    }

    /// The address of the calling thread's `errno`, on systems where its name is known.
    #[allow(clippy::unnecessary_wraps, reason = "it is not on every system")]
    fn errno() -> Option<*mut libc::c_int> {
        #[cfg(target_os = "linux")]
        // SAFETY: it only returns an address.
        return Some(unsafe { libc::__errno_location() });
        #[cfg(target_vendor = "apple")]
        // SAFETY: it only returns an address.
        return Some(unsafe { libc::__error() });
        #[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
        None
    }

    /// Prints whose stack has overflowed, if this address is in a guard.
    fn explain(address: usize) {
        with_guards(|guards| {
            // They are borrowed only while no fiber runs, when none can overflow.
            let Ok(guards) = guards.try_borrow() else {
                return;
            };
            let hit = |guard: &&Guard| (guard.low..guard.high).contains(&address);
            if let Some(guard) = guards.iter().find(hit) {
                let text = guard.message.as_bytes();
                // SAFETY: `write` may be called in a handler, and reads no further than the text.
                unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
            }
        });
    }

    /// Restores the previous handler. When this one returns, the faulting instruction runs again,
    /// and the previous handler decides what follows.
    fn put_back(signal: libc::c_int) {
        let mut both = BEFORE.get().into_iter().flatten();
        // SAFETY: the first pointer is to a live structure, for which all zeroes is a value: the
        // default action, which ends the process. With this handler still in place the instruction
        // would fault for ever.
        unsafe {
            let default: libc::sigaction = std::mem::zeroed();
            let before = both.find(|before| before.0 == signal);
            let action = before.map_or(&default, |before| &before.1);
            libc::sigaction(signal, action, ptr::null_mut());
        }
    }

    #[cfg(test)]
    mod tests;
}
