//! One coroutine with its stack, how it lets go of its turn, and what is said when its stack
//! overflows. All the `unsafe` of the fibers is here.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::io;
use std::ptr;

use corosensei::stack::Stack as _;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::baton::Grant;

#[deny(unsafe_code)]
mod stacks;
#[deny(unsafe_code)]
mod turn_end;

pub(crate) use turn_end::TurnEnd;

/// A coroutine that is resumed with a word and says how each of its turns has ended.
pub(crate) struct Fiber {
    coroutine: Coroutine<(), TurnEnd, ()>,
    /// What it lets go of its turn with. It finds that itself, when it is first resumed.
    yielder: *const Yielder<(), TurnEnd>,
    stack_size: usize,
    guard: Guard,
}

thread_local! {
    /// The yielder of the fiber that runs on this OS thread, or null.
    static YIELDER: Cell<*const Yielder<(), TurnEnd>> = const { Cell::new(ptr::null()) };
    /// What the fiber that runs is told. Not handed over with the turn, since it is the same almost
    /// always.
    static WORD: Cell<Grant> = const { Cell::new(Grant::Resume) };
}

impl Fiber {
    /// Makes a fiber that will run `body` with the word that it is first resumed with, on a stack of
    /// at least `stack_size` bytes with a guard page below it. `name` is for the message about an
    /// overflow.
    pub(crate) fn new(
        name: &str,
        stack_size: usize,
        body: impl FnOnce(Grant) + 'static,
    ) -> io::Result<Self> {
        let stack = stacks::take(stack_size)?;
        let stack_ends = (stack.limit().get(), stack.base().get());
        let coroutine = Coroutine::with_stack(stack, move |yielder: &Yielder<(), TurnEnd>, ()| {
            YIELDER.set(yielder);
            body(WORD.get());
        });
        Ok(Fiber {
            coroutine,
            yielder: ptr::null(),
            stack_size,
            guard: Guard::new(name, stack_size, stack_ends),
        })
    }

    /// Gives the turn to the fiber until it lets go of it or its body returns. Returns how the turn
    /// has ended.
    #[inline]
    pub(crate) fn resume(&mut self) -> TurnEnd {
        YIELDER.set(self.yielder);
        let result = self.coroutine.resume(());
        let yielder = YIELDER.replace(ptr::null());
        if self.yielder.is_null() {
            self.yielder = yielder;
        }
        match result {
            CoroutineResult::Yield(end) => end,
            CoroutineResult::Return(()) => TurnEnd::FINISHED,
        }
    }

    /// As [`resume`](Self::resume), and tells the fiber to stop.
    #[cold]
    pub(crate) fn stop(&mut self) -> TurnEnd {
        WORD.set(Grant::Unwind);
        let end = self.resume();
        WORD.set(Grant::Resume);
        end
    }

    /// Tells the fiber to stop and, when its body has returned, leaves its stack to others.
    pub(crate) fn end(mut self) {
        // One that was stopped in the midst of an execution unwinds first, and then is told again.
        for _ in 0..2 {
            if !self.coroutine.done() {
                self.stop();
            }
        }
        if self.coroutine.done() {
            stacks::give_back(self.stack_size, self.coroutine.into_stack());
        } else {
            // It goes on whatever it is told. Dropped, it would be told once more.
            std::mem::forget(self);
        }
    }
}

/// Lets go of the turn of the fiber that this is called on, which has ended as `end` says. Returns
/// the word with which the turn came back; nothing, at once, if it is not called on a fiber.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn let_go(end: TurnEnd) -> Option<Grant> {
    let yielder = YIELDER.get();
    if yielder.is_null() {
        return None;
    }
    // SAFETY: it is not null only while `resume` runs a fiber on this OS thread, and then it is
    // the one that this fiber's body was given. The code that runs now is therefore that body's:
    // while a fiber runs, nothing else does on its OS thread. A yielder lives until the body
    // returns.
    unsafe { &*yielder }.suspend(end);
    Some(WORD.get())
}

/// The addresses in which an overflow of one stack ends up, and what is to be said of it.
#[derive(Debug, Clone)]
struct Guard {
    low: usize,
    high: usize,
    message: String,
}

/// How far above the lowest address of a stack a fault is still an overflow: a guard page, of
/// whatever size pages have here.
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

/// Runs `body`, which resumes `fibers`; says whose stack it was if one overflows meanwhile. The
/// process ends all the same: an overflow cannot be unwound.
pub(crate) fn explaining_overflows<T>(
    fibers: &mut [Fiber],
    body: impl FnOnce(&mut [Fiber]) -> T,
) -> T {
    let guards: Vec<Guard> = fibers.iter().map(|fiber| fiber.guard.clone()).collect();
    overflow::with_guards(&guards, || body(fibers))
}

#[cfg(not(unix))]
mod overflow {
    pub(super) fn with_guards<T>(_: &[super::Guard], body: impl FnOnce() -> T) -> T {
        body()
    }
}

#[cfg(unix)]
mod overflow {
    use std::cell::Cell;
    use std::ptr;
    use std::sync::OnceLock;

    use super::Guard;

    thread_local! {
        /// The guards of the fibers that this thread carries: where they start, and how many.
        /// Constant at first and never dropped, so that a signal handler may read it.
        static GUARDS: Cell<(*const Guard, usize)> = const { Cell::new((ptr::null(), 0)) };
    }

    /// What was to happen on a fault before this handler was put in place.
    static BEFORE: OnceLock<[Before; 2]> = OnceLock::new();

    struct Before(libc::c_int, libc::sigaction);

    pub(super) fn with_guards<T>(guards: &[Guard], body: impl FnOnce() -> T) -> T {
        BEFORE.get_or_init(|| [install(libc::SIGSEGV), install(libc::SIGBUS)]);
        let outer = GUARDS.replace((guards.as_ptr(), guards.len()));
        let result = body();
        GUARDS.set(outer);
        result
    }

    fn install(signal: libc::c_int) -> Before {
        // SAFETY: `sigaction` is a plain C structure, for which all zeroes is a value. Both
        // pointers are to live ones, and the handler has the type that SA_SIGINFO asks for. It
        // runs on the alternative stack that std gives to every thread it starts.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = on_fault as *const () as usize;
            action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            let mut before: libc::sigaction = std::mem::zeroed();
            libc::sigaction(signal, &raw const action, &raw mut before);
            Before(signal, before)
        }
    }

    extern "C" fn on_fault(signal: libc::c_int, info: *mut libc::siginfo_t, _: *mut libc::c_void) {
        // SAFETY: the system calls this with a pointer to what it says of the fault.
        let address = unsafe { (*info).si_addr() }.addr();
        let (guards, count) = GUARDS.get();
        if !guards.is_null() {
            // SAFETY: `with_guards` set both from a slice that it borrows until it resets them,
            // on this thread, where the fault has interrupted its body.
            let guards = unsafe { std::slice::from_raw_parts(guards, count) };
            if let Some(guard) = guards
                .iter()
                .find(|guard| (guard.low..guard.high).contains(&address))
            {
                let text = guard.message.as_bytes();
                // SAFETY: `write` may be called in a handler, and reads no further than the text.
                unsafe { libc::write(libc::STDERR_FILENO, text.as_ptr().cast(), text.len()) };
            }
        }
        let before = BEFORE
            .get()
            .and_then(|both| both.iter().find(|before| before.0 == signal));
        if let Some(Before(signal, action)) = before {
            // SAFETY: this puts back what was in place. The instruction that faulted runs again
            // when this returns, and the handler that was there before decides what follows.
            unsafe { libc::sigaction(*signal, action, ptr::null_mut()) };
        }
    }
}
