//! One coroutine with its stack, how it lets go of its turn, and what is said when its stack
//! overflows. All the `unsafe` of the fibers is here.

#![allow(unsafe_code)]

use std::cell::Cell;
use std::io;
use std::ptr;

use corosensei::stack::Stack as _;
use corosensei::{Coroutine, CoroutineResult, Yielder};

use super::baton::Grant;
use super::flag;

#[deny(unsafe_code)]
mod stacks;
#[deny(unsafe_code)]
mod turn_end;

pub(crate) use turn_end::TurnEnd;

/// A coroutine that is resumed with a grant and says how each of its turns has ended.
pub(crate) struct Fiber {
    coroutine: Coroutine<(), TurnEnd, ()>,
    /// What it lets go of its turn with.
    control: Control,
    stack_size: usize,
    /// The addresses of its stack.
    stack: (usize, usize),
    name: String,
}

thread_local! {
    static CONTROL: Cell<Control> = const { Cell::new(NOBODY) };
    /// What the fiber that runs is told. Not handed over with the turn, since it is the same almost
    /// always.
    static GRANT: Cell<Grant> = const { Cell::new(Grant::Resume) };
}

impl Fiber {
    /// Makes a fiber that will run `body` with the grant that it is first resumed with, on a stack of
    /// at least `stack_size` bytes with a guard page below it. `name` is for the message about an
    /// overflow.
    pub(crate) fn new(
        name: &str,
        stack_size: usize,
        body: impl FnOnce(Grant) + 'static,
    ) -> io::Result<Self> {
        let stack = stacks::take(stack_size)?;
        let stack_ends = (stack.limit().get(), stack.base().get());
        let life = move |yielder: &Yielder<(), TurnEnd>, ()| {
            CONTROL.set(Control(yielder));
            yielder.suspend(TurnEnd::OTHERWISE);
            body(GRANT.get());
        };
        let mut coroutine = Coroutine::with_stack(stack, life);
        // It tells its yielder, and waits for its first turn.
        let before = CONTROL.get();
        coroutine.resume(());
        let mut fiber = Fiber {
            coroutine,
            control: CONTROL.replace(before),
            stack_size,
            stack: stack_ends,
            name: String::new(),
        };
        fiber.rename(name);
        Ok(fiber)
    }

    /// Has it run a thread that is called so, for the message about an overflow.
    pub(crate) fn rename(&mut self, name: &str) {
        if self.name != name {
            name.clone_into(&mut self.name);
            overflow::guard(Guard::new(name, self.stack_size, self.stack));
        }
    }

    /// Gives the turn to the fiber until it lets go of it or its body returns. Returns how the turn
    /// has ended.
    #[inline]
    pub(crate) fn resume(&mut self) -> TurnEnd {
        let before = CONTROL.replace(self.control);
        let end = self.switch();
        CONTROL.set(before);
        end
    }

    /// As [`resume`](Self::resume), and faster: who controls the calling thread is set back only at
    /// the end of the series.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(crate) fn resume_next(&mut self, _: &Series) -> TurnEnd {
        CONTROL.set(self.control);
        self.switch()
    }

    #[allow(clippy::inline_always)]
    #[inline(always)]
    fn switch(&mut self) -> TurnEnd {
        match self.coroutine.resume(()) {
            CoroutineResult::Yield(end) => end,
            CoroutineResult::Return(()) => TurnEnd::FINISHED,
        }
    }

    /// As [`resume`](Self::resume), and tells the fiber to stop.
    #[cold]
    pub(crate) fn stop(&mut self) -> TurnEnd {
        GRANT.set(Grant::Unwind);
        let end = self.resume();
        GRANT.set(Grant::Resume);
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

/// That fibers are resumed one after the other, with nothing between that a marker could be in.
pub(crate) struct Series(());

/// Runs `body`, which resumes one fiber after the other by [`Fiber::resume_next`]. Between two turns it
/// may do nothing that a marker could be in.
#[inline]
pub(crate) fn in_series<T>(body: impl FnOnce(&Series) -> T) -> T {
    flag::keeping(&CONTROL, || body(&Series(())))
}

/// Whether a run controls the calling thread, and if it is a fiber, which: a pointer that is null for
/// a thread that no run controls, [`THREAD`] for an OS thread, and else the yielder of the fiber. So a
/// marker outside of runs costs one load, and so does one on a fiber.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Control(*const Yielder<(), TurnEnd>);

const THREAD: Control = Control(ptr::without_provenance(1));
const NOBODY: Control = Control(ptr::null());

impl Control {
    /// That of the calling thread.
    #[inline]
    pub(super) fn current() -> Self {
        CONTROL.get()
    }

    /// Whether a run controls the thread.
    #[inline]
    pub(super) fn is_by_run(self) -> bool {
        self != NOBODY
    }

    /// Lets go of the turn of the fiber that this is called on, which has ended as `end` says. Returns
    /// what it is told when the turn comes back; nothing, at once, if this is not on a fiber.
    #[allow(clippy::inline_always)]
    #[inline(always)]
    pub(super) fn let_go(self, end: TurnEnd) -> Option<Grant> {
        if self == NOBODY || self == THREAD {
            return None;
        }
        // SAFETY: it is a yielder only while a fiber runs on this OS thread, or between two turns that
        // a series, where nothing runs that calls this; and then it is the one that this
        // fiber's body was given. The code that runs now is therefore that body's: while a fiber runs,
        // nothing else does on its OS thread. A yielder lives until the body
        // returns.
        unsafe { &*self.0 }.suspend(end);
        Some(GRANT.get())
    }
}

/// Runs `body` with a run controlling the calling thread, or nobody. Not to be called on a fiber.
#[inline]
pub(super) fn with_control<T>(is_by_run: bool, body: impl FnOnce() -> T) -> T {
    let control = if is_by_run { THREAD } else { NOBODY };
    flag::with(&CONTROL, control, body)
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

/// Runs `body`, which makes fibers and resumes them; says whose stack it was if one overflows
/// meanwhile. The process ends all the same: an overflow cannot be unwound.
pub(crate) fn explaining_overflows<T>(body: impl FnOnce() -> T) -> T {
    overflow::explaining(body)
}

#[cfg(not(unix))]
mod overflow {
    pub(super) fn explaining<T>(body: impl FnOnce() -> T) -> T {
        body()
    }

    pub(super) fn guard(_: super::Guard) {}
}

#[cfg(unix)]
mod overflow {
    use std::cell::{Cell, RefCell};
    use std::ptr;
    use std::sync::{Once, OnceLock};

    use super::Guard;

    thread_local! {
        /// The guards of the fibers that this thread carries. Constant at first and never dropped, so
        /// that a signal handler may read it.
        static GUARDS: Cell<*const RefCell<Vec<Guard>>> = const { Cell::new(ptr::null()) };
    }

    /// What was to happen on a fault before this handler was put in place.
    static BEFORE: OnceLock<[Before; 2]> = OnceLock::new();

    struct Before(libc::c_int, libc::sigaction);

    /// Runs `body`; explains an overflow of one of the stacks that it guards.
    pub(super) fn explaining<T>(body: impl FnOnce() -> T) -> T {
        /// Puts back what was there, however the body ends.
        struct Outer(*const RefCell<Vec<Guard>>);
        impl Drop for Outer {
            fn drop(&mut self) {
                GUARDS.set(self.0);
            }
        }

        static INSTALL: Once = Once::new();
        const SIGNALS: [libc::c_int; 2] = [libc::SIGSEGV, libc::SIGBUS];
        INSTALL.call_once(|| {
            // A thread may fault as soon as the handler is in place.
            BEFORE.get_or_init(|| SIGNALS.map(look_up));
            SIGNALS.into_iter().for_each(install);
        });
        let guards = RefCell::default();
        let _outer = Outer(GUARDS.replace(&raw const guards));
        body()
    }

    /// Adds a guard, or replaces that of the same stack.
    pub(super) fn guard(guard: Guard) {
        with_guards(|guards| {
            let mut guards = guards.borrow_mut();
            guards.retain(|other| other.low != guard.low);
            guards.push(guard);
        });
    }

    /// Shows the guards of the calling thread, if it carries fibers.
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
        // The code that was interrupted may be about to read it.
        let errno = errno();
        // SAFETY: where the thread's `errno` lies, which lives as long as the thread.
        let before = errno.map(|errno| unsafe { *errno });
        // SAFETY: the system calls this with a pointer to what it says of the fault.
        explain(unsafe { (*info).si_addr() }.addr());
        put_back(signal);
        if let (Some(errno), Some(before)) = (errno, before) {
            // SAFETY: as above.
            unsafe { *errno = before };
        }
    }

    /// Where the calling thread's `errno` lies, on systems whose name for it is known here.
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

    /// Says whose stack has overflowed, if a fault at this address means that one has.
    fn explain(address: usize) {
        with_guards(|guards| {
            // They change only while no fiber runs, and so none overflows.
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

    /// Puts back what was in place. The instruction that faulted runs again when the handler
    /// returns, and what was there before decides what follows.
    fn put_back(signal: libc::c_int) {
        let mut both = BEFORE.get().into_iter().flatten();
        // SAFETY: the first pointer is to a live structure, for which all zeroes is a value: the
        // default action, which ends the process. To return with this handler still in place would
        // be to fault for ever.
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
