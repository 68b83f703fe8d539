//! The prelude of a thread that std starts: what std does there before the program's code, run ahead
//! of the thread's first step so that its name is known by then.
//!
//! std first makes the thread known to itself, by its name. Then it asks for the bounds of its stack,
//! for the message about an overflow, and then comes the program's code. So the question about the
//! stack ends the prelude. std leaves it out where its handlers are not installed, as under a `main`
//! of C. Whether it asks, and by which function it starts threads, is learnt from a thread that this
//! library starts through it, and there is always one before a program runs.

use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{Builder, JoinHandle};

use super::call::Hook;
use super::fiber::{Control, come_back, leave_run};
use super::flag;

/// The function by which std starts threads; 0 while that is not known.
static STD_START: AtomicUsize = AtomicUsize::new(0);
/// Whether threads of std ask for the bounds of their stack.
static DO_ASK: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// Who is to control the calling thread after its prelude, if it is in one, and what called std.
    static UNDER_WAY: Cell<Option<(Control, Hook)>> = const { Cell::new(None) };
    /// Whether the calling thread, which this library controls, starts one by std.
    static IS_STARTING: Cell<bool> = const { Cell::new(false) };
    /// Whether the calling thread has asked for the bounds of a stack.
    static HAS_ASKED: Cell<bool> = const { Cell::new(false) };
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
    flag::with(&IS_STARTING, true, || builder.spawn(body))
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

/// The calling thread, which was just started, is in its prelude until that [ends](end). Meanwhile no
/// run controls it. It is unwound from what calls the function of `hook`.
pub(super) fn begin(hook: Hook) {
    UNDER_WAY.set(Some((Control::current(), hook)));
    leave_run();
}

/// Whether the calling thread is in its prelude.
#[inline]
pub(super) fn is_under_way() -> bool {
    UNDER_WAY.get().is_some()
}

/// Ends the prelude of the calling thread, if it is in one.
pub(super) fn end() -> Option<Hook> {
    let (control, hook) = UNDER_WAY.take()?;
    come_back(control);
    Some(hook)
}

/// The calling thread, which no run controls, asks for the bounds of a stack.
pub(super) fn note_question() {
    HAS_ASKED.set(true);
}
