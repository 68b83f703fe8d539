//! What std does on a thread that it starts before the program's code, and after it.
//!
//! First std makes the thread known to itself, by its name, then to its handler of signals; then it
//! asks whether the thread has a stack for that handler, and gives it one. The program's code comes next. All of
//! this, the prelude, is run ahead of the thread's first step, so that its name is known by then.
//! Behind the program's code std takes the stack of the handler away, and makes the thread unknown to
//! it. Both take a lock of std that threads of the whole process share, so no run controls a thread
//! meanwhile.
//!
//! std leaves the stack out where its handlers are not installed, as under a `main` of C; then there
//! is no prelude. Whether it does, and by which function it starts threads, is learnt from a thread
//! that this library starts through it, of which there is always one before a program runs.

use std::cell::Cell;
use std::io;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};

use super::fiber::{Control, come_back, leave_run};
use super::flag;
use super::lock::Mutex;
use super::threads::RawThread;
use crate::memory;

/// The function by which std starts threads; 0 while that is not known.
static STD_START: AtomicUsize = AtomicUsize::new(0);
/// Whether threads of std ask for the stack of their handler.
static DO_ASK: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// What the calling thread is in, where no run controls it.
    static ASIDE: Cell<Option<Aside>> = const { Cell::new(None) };
    /// The address of a variable of what has called std, on a thread of the program that std has
    /// started; otherwise null.
    static BOTTOM: Cell<*const u8> = const { Cell::new(ptr::null()) };
    /// Whether the calling thread starts one of this library.
    static IS_STARTING: Cell<bool> = const { Cell::new(false) };
    /// Whether the calling thread has asked for the stack of a handler.
    static HAS_ASKED: Cell<bool> = const { Cell::new(false) };
}

/// What std does of its own on a thread of the program.
#[derive(Debug, Clone, Copy)]
struct Aside {
    /// Who controls the thread otherwise.
    control: Control,
    /// Whether the program's code is still to come.
    is_prelude: bool,
}

/// Starts a thread of this library through std, and learns how std does it.
///
/// # Errors
///
/// If the operating system does not start a thread.
pub(super) fn spawn_by_std(
    builder: Builder,
    body: impl FnOnce() + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let body = move || {
        if HAS_ASKED.get() {
            DO_ASK.store(true, Ordering::Relaxed);
        }
        body();
    };
    let spawn = || flag::with(&IS_STARTING, true, || builder.spawn(body));
    if cfg!(interlace) {
        on_bare_thread(spawn)?
    } else {
        spawn()
    }
}

/// Runs `body` on a thread that std knows nothing of. What that starts does not print into the memory
/// in which a test's output is kept, and which would come from the arena of an execution.
fn on_bare_thread<T: Send + 'static>(body: impl FnOnce() -> T + Send + 'static) -> io::Result<T> {
    let result = Arc::new(Mutex::new(None));
    let place = Arc::clone(&result);
    let body = Box::new(move || *place.lock() = Some(body()));
    RawThread::start(None, body)?.join();
    let result = result.lock().take();
    Ok(result.expect("it has run"))
}

/// A thread is being started, by the function `start`.
pub(super) fn learn_start(start: usize) {
    if IS_STARTING.get() {
        STD_START.store(start, Ordering::Relaxed);
    }
}

/// Whether a thread that begins with the function `start` has a prelude.
pub(super) fn is_of_std(start: usize) -> bool {
    // The threads of this library that have learnt it were there before the one that asks.
    STD_START.load(Ordering::Relaxed) == start && DO_ASK.load(Ordering::Relaxed)
}

/// The calling thread, which was just started, is in its prelude until that [ends](end). `here` is
/// the address of a variable of the function that calls std.
pub(super) fn begin(here: *const u8) {
    BOTTOM.set(here);
    step_aside(true);
}

/// If it is std that calls, the program's code on the calling thread has come to its end.
pub(super) fn end_program() {
    /// More than std needs from the start of a thread to here, and less than most programs need.
    const NEAR: usize = 2048;
    let here = 0_u8;
    let depth = BOTTOM.get().addr().wrapping_sub((&raw const here).addr());
    if depth < NEAR && !is_aside() {
        step_aside(false);
    }
}

fn step_aside(is_prelude: bool) {
    let control = Control::current();
    ASIDE.set(Some(Aside {
        control,
        is_prelude,
    }));
    leave_run();
    memory::step_aside();
}

/// Whether std does something of its own on the calling thread.
#[inline]
pub(super) fn is_aside() -> bool {
    ASIDE.get().is_some()
}

/// Who controls the calling thread, when std does nothing of its own.
pub(super) fn control() -> Control {
    ASIDE
        .get()
        .map_or_else(Control::current, |aside| aside.control)
}

/// Puts the calling thread under its run again. Returns whether this ends its prelude.
pub(super) fn end() -> bool {
    ASIDE.take().is_some_and(|aside| {
        come_back(aside.control);
        memory::come_back();
        aside.is_prelude
    })
}

/// The calling thread, which no run controls, asks for the stack of its handler.
pub(super) fn note_question() {
    HAS_ASKED.set(true);
}
