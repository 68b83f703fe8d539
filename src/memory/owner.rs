//! Whose memory the calling thread uses: that of a thread of the program while it runs the program's
//! code, otherwise that of the process.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ptr;

use super::execution::{Set, modules};
use super::span::Span;
use super::thread::ThreadMemory;

thread_local! {
    /// The memory that the calling thread uses now; null if it is that of the process.
    static CURRENT: Cell<*const ThreadMemory> = const { Cell::new(ptr::null()) };
    /// The same when it runs the program's code.
    static OWN: Cell<*const ThreadMemory> = const { Cell::new(ptr::null()) };
    /// The lowest and the highest address of the stack, where they are known.
    static STACK: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// The thread of the program, or the code around it, that memory belongs to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owner(Whose);

#[derive(Debug, Clone, Copy)]
enum Whose {
    Nobody,
    Hooks,
    Declared(usize),
    Started(&'static ThreadMemory),
}

impl Owner {
    /// No thread of an execution that has memory of its own.
    pub(crate) const NOBODY: Self = Owner(Whose::Nobody);

    /// The code that makes the state and checks it.
    pub(crate) const HOOKS: Self = Owner(Whose::Hooks);

    /// The declared thread of this number.
    pub(crate) fn declared(number: usize) -> Self {
        Owner(Whose::Declared(number))
    }

    /// The next thread that the calling one starts.
    pub(crate) fn started() -> Self {
        // SAFETY: what is there lives as long as the process.
        let own = unsafe { OWN.get().as_ref() };
        own.map_or(Self::NOBODY, |own| {
            Owner(Whose::Started(own.set.started_by(own)))
        })
    }

    /// Runs `body`, code of the program, on the memory of this owner.
    pub(crate) fn run<T>(self, body: impl FnOnce() -> T) -> T {
        let memory = match self.0 {
            Whose::Nobody => None,
            Whose::Started(memory) => Some(memory),
            Whose::Hooks => Set::current().map(|set| set.of_hooks()),
            Whose::Declared(number) => Set::current().map(|set| set.of_declared(number)),
        };
        let Some(memory) = memory else {
            return body();
        };
        let (low, high) = stack();
        memory.stack.set(Span::new(low, high));
        memory.locals.set(modules().locals());
        if !matches!(self.0, Whose::Hooks) {
            OWN.set(memory);
        }
        using(memory, body)
    }

    /// As [`run`](Self::run), for the calling thread as it was when it has run the program's code last.
    pub(crate) fn last_run<T>(body: impl FnOnce() -> T) -> T {
        using(OWN.get(), body)
    }
}

/// The memory that the calling thread uses now, if it is that of a thread of the program.
#[inline]
pub(super) fn current() -> Option<&'static ThreadMemory> {
    // SAFETY: what is there lives as long as the process.
    unsafe { CURRENT.get().as_ref() }
}

/// Runs `body`, code of this library, on the memory of the process.
#[inline]
pub(crate) fn outside<T>(body: impl FnOnce() -> T) -> T {
    using(ptr::null(), body)
}

/// Runs `body` on this memory, and goes back even if it unwinds.
#[inline]
fn using<T>(memory: *const ThreadMemory, body: impl FnOnce() -> T) -> T {
    let _back = Back(CURRENT.replace(memory));
    body()
}

/// What the calling thread uses again when this is dropped.
#[derive(Debug)]
pub(crate) struct Back(*const ThreadMemory);

impl Drop for Back {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.0);
    }
}

/// As [`outside`], until what this returns is dropped, or the thread [comes back](come_back).
#[inline]
pub(crate) fn step_out() -> Back {
    Back(CURRENT.replace(ptr::null()))
}

/// As [`outside`], until the thread [comes back](come_back).
#[inline]
pub(crate) fn step_aside() {
    CURRENT.set(ptr::null());
}

/// The calling thread runs the program's code again, where it cannot return to that.
#[inline]
pub(crate) fn come_back() {
    CURRENT.set(OWN.get());
}

/// The calling thread runs the program's code on a stack between these addresses.
pub(crate) fn set_stack(ends: (usize, usize)) {
    STACK.set(ends);
}

/// The stack of the calling thread.
fn stack() -> (usize, usize) {
    let known = STACK.get();
    if known.0 != 0 {
        return known;
    }
    let ends = outside(stack_of_system);
    STACK.set(ends);
    ends
}

/// The stack that the system has given to the calling thread.
fn stack_of_system() -> (usize, usize) {
    let mut attributes = MaybeUninit::uninit();
    let (mut low, mut size) = (ptr::null_mut(), 0);
    // SAFETY: the first call makes the attributes, which are destroyed once.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return (1, 1);
        }
        libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut low, &raw mut size);
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    (low.addr(), low.addr() + size)
}
