//! What the engine keeps in thread-locals: who controls this thread, and its last panic.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::task::Waker;

use super::baton::Word;
use super::catch;
use super::fibers;
use super::flag;
use super::probe::Probe;
use crate::site::Site;

/// What a controlled thread asks of the run that controls it. A call unwinds the thread when the
/// execution is over. Otherwise it returns when the thread has the turn again; or, on a fiber, at
/// once, and the caller has to [let go](fibers::let_go) of its turn if it does not keep it.
pub(crate) trait Controller {
    /// The calling thread reached the marker at `site`.
    fn reach(&self, site: &'static Site) -> Kept;

    /// The calling thread reached the marker at `site`, and is to go on only while what it is about
    /// to acquire is free. It takes the question back when it goes on.
    fn acquire(&self, site: &'static Site, probe: Probe) -> Kept;

    /// Takes back the question of the calling thread.
    fn withdraw(&self);

    /// The future of the calling task is pending.
    fn wait(&self) -> Kept;

    /// The waker for the calling task in the execution under way.
    fn waker(&self) -> Waker;

    /// Whether what the calling thread waits for from now on is the program's business. It is when
    /// a thread starts.
    fn set_user_code(&self, _is_user_code: bool) {}
}

/// Whether the calling thread has the turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Yes,
    No,
}

thread_local! {
    /// Whether markers pause this thread. Alone, so that a marker outside of runs costs one load.
    static IS_CONTROLLED: Cell<bool> = const { Cell::new(false) };
    /// Never dropped, so that there is nothing to look up before it is used: [`under`] empties it.
    static CONTROLLER: RefCell<ManuallyDrop<Option<Box<dyn Controller>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

/// Pauses the calling thread at `site`, if a run controls it and it is not unwinding.
///
/// Who is next is decided in a call, and the switch of stacks is inlined where the marker stands:
/// with no return between coming back and the next switch, processors predict the returns.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn reach(site: &'static Site) {
    if IS_CONTROLLED.get() && reach_controlled(site) == Kept::No {
        let_go();
    }
}

fn reach_controlled(site: &'static Site) -> Kept {
    if std::thread::panicking() {
        return Kept::Yes;
    }
    with_controller(|controller| controller.reach(site))
}

/// Whether a marker pauses the calling thread.
pub(super) fn is_to_pause() -> bool {
    IS_CONTROLLED.get() && !std::thread::panicking()
}

/// Lets go of the turn of the calling fiber until it comes back.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(super) fn let_go() {
    if fibers::let_go() == Word::Stop {
        catch::unwind();
    }
}

/// Waits until the waker of the calling task fires.
pub(super) fn wait() {
    if with_controller(|controller| controller.wait()) == Kept::No {
        let_go();
    }
}

/// The waker of the calling task.
pub(super) fn waker() -> Waker {
    with_controller(|controller| controller.waker())
}

#[inline]
pub(super) fn with_controller<T>(ask: impl FnOnce(&dyn Controller) -> T) -> T {
    CONTROLLER.with_borrow(|controller| {
        ask(controller
            .as_deref()
            .expect("a controlled thread has a controller"))
    })
}

/// Puts the calling thread under `controller` for the time of `body`.
pub(super) fn under<T>(controller: Box<dyn Controller>, body: impl FnOnce() -> T) -> T {
    CONTROLLER.set(ManuallyDrop::new(Some(controller)));
    let result = body();
    drop(ManuallyDrop::into_inner(CONTROLLER.take()));
    result
}

/// Runs `body` with markers pausing the calling thread.
pub(super) fn controlled<T>(body: impl FnOnce() -> T) -> T {
    flag::with(&IS_CONTROLLED, true, body)
}

/// Runs `body` with markers doing nothing.
pub(super) fn uncontrolled<T>(body: impl FnOnce() -> T) -> T {
    flag::with(&IS_CONTROLLED, false, body)
}

/// Whether a run controls the calling thread, and it is in the code of the program.
pub(super) fn is_controlled() -> bool {
    IS_CONTROLLED.get()
}

/// Runs `body`, which is this library's, on a thread that may be a program's: as when a program
/// explores another. What it waits for is no business of that program.
pub(crate) fn aside<T>(body: impl FnOnce() -> T) -> T {
    struct Back;
    impl Drop for Back {
        fn drop(&mut self) {
            with_controller(|controller| controller.set_user_code(true));
        }
    }
    if !IS_CONTROLLED.get() {
        return body();
    }
    with_controller(|controller| controller.set_user_code(false));
    let _back = Back;
    body()
}
