//! What the engine keeps in thread-locals: who controls this thread, and its last panic.

use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::task::Waker;

use super::baton::Grant;
use super::body::Body;
use super::catch;
use super::fault::catch_fault;
use super::fiber::{Control, TurnEnd, with_control};
use super::yield_reason::YieldReason;
use crate::error::Error;
use crate::operation::ThreadId;
use crate::site::Site;

/// What a controlled thread asks of the run that controls it.
pub(crate) trait Controller {
    /// The calling thread lets go of its turn. An OS thread returns when it has the turn again, or
    /// unwinds when the execution is over. A fiber returns at once, and is to
    /// [let go](Control::let_go) of the turn. If it acquires something, it takes the question back
    /// when it goes on.
    fn pause(&self, pause: YieldReason);

    /// Takes back the question of the calling thread.
    fn withdraw(&self);

    /// The waker for the calling task in the execution under way.
    fn waker(&self) -> Waker;

    /// Starts a thread of the program.
    ///
    /// # Errors
    ///
    /// If the system gives no thread.
    fn spawn(&self, name: Option<&str>, body: Body) -> Result<ThreadId, Error>;

    /// Whether what the calling thread waits for from now on is the program's business. It is when
    /// a thread starts.
    fn set_user_code(&self, _is_user_code: bool) {}

    /// Learns of a fault of this library in what was asked above: it ends the search.
    fn fail(&self, fault: Error);
}

thread_local! {
    /// Never dropped, so that there is nothing to look up before it is used: [`under`] empties it.
    static CONTROLLER: RefCell<ManuallyDrop<Option<Box<dyn Controller>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
}

/// Pauses the calling thread at `site`, if a run controls it and it is not unwinding.
///
/// A fiber switches stacks where the marker stands: with no return between coming back and the next
/// switch, processors predict the returns.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn reach(site: &'static Site) {
    let control = Control::current();
    if control.is_by_run() && !std::thread::panicking() {
        let marker = site.id();
        match control.let_go(TurnEnd::at_marker(marker)) {
            Some(grant) => obey(grant),
            None => ask_to_pause(YieldReason::Reach(marker)),
        }
    }
}

/// Whether a marker pauses the calling thread.
#[inline]
pub(super) fn is_to_pause() -> bool {
    is_controlled() && !std::thread::panicking()
}

/// Pauses the calling thread, which a run controls.
pub(super) fn pause(pause: YieldReason) {
    ask_to_pause(pause);
    if let Some(grant) = Control::current().let_go(TurnEnd::OTHERWISE) {
        obey(grant);
    }
}

fn ask_to_pause(pause: YieldReason) {
    with_controller(|controller| controller.pause(pause)).unwrap_or_else(|| catch::unwind());
}

#[inline]
fn obey(grant: Grant) {
    if grant == Grant::Unwind {
        catch::unwind();
    }
}

/// Starts a thread of the program, of which the calling one is another.
pub(super) fn spawn(name: Option<&str>, body: Body) -> ThreadId {
    let started = with_controller(|controller| {
        let started = controller.spawn(name, body);
        started.map_err(|error| controller.fail(error)).ok()
    });
    started.flatten().unwrap_or_else(|| catch::unwind())
}

/// The waker of the calling task.
pub(super) fn waker() -> Waker {
    with_controller(|controller| controller.waker()).unwrap_or_else(|| catch::unwind())
}

/// Asks the controller of the calling thread. Nothing if that met a fault of this library, of which
/// the controller has learnt: it is no panic of the code that called.
#[inline]
fn with_controller<T>(ask: impl FnOnce(&dyn Controller) -> T) -> Option<T> {
    CONTROLLER.with_borrow(|controller| {
        let controller = controller.as_deref();
        let controller = controller.expect("a controlled thread has a controller");
        let answer = catch_fault(|| Ok(ask(controller)));
        answer.map_err(|fault| controller.fail(fault)).ok()
    })
}

/// Takes back the question of the calling thread.
pub(super) fn withdraw() {
    with_controller(|controller| controller.withdraw());
}

/// Puts the calling thread under `controller` for the time of `body`.
pub(super) fn under<T>(controller: Box<dyn Controller>, body: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            drop(ManuallyDrop::into_inner(CONTROLLER.take()));
        }
    }
    CONTROLLER.set(ManuallyDrop::new(Some(controller)));
    let _leave = Leave;
    body()
}

/// Runs `body` with markers pausing the calling thread.
#[inline]
pub(super) fn controlled<T>(body: impl FnOnce() -> T) -> T {
    with_control(true, body)
}

/// Runs `body` with markers doing nothing.
pub(super) fn uncontrolled<T>(body: impl FnOnce() -> T) -> T {
    with_control(false, body)
}

/// Whether a run controls the calling thread, and it is in the code of the program.
pub(super) fn is_controlled() -> bool {
    Control::current().is_by_run()
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
    if !is_controlled() {
        return body();
    }
    with_controller(|controller| controller.set_user_code(false));
    let _back = Back;
    body()
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::Arc;

    use super::*;

    struct Counted(#[allow(dead_code, reason = "counts who is there")] Arc<()>);
    impl Controller for Counted {
        fn pause(&self, _: YieldReason) {}
        fn withdraw(&self) {}
        fn waker(&self) -> Waker {
            Waker::noop().clone()
        }
        fn fail(&self, _: Error) {}
        fn spawn(&self, _: Option<&str>, _: Body) -> Result<ThreadId, Error> {
            unreachable!("nothing is started here")
        }
    }

    #[test]
    fn a_thread_is_under_nobody_when_a_panic_has_left_what_ran_under_a_controller() {
        let count = Arc::new(());
        let controller = Box::new(Counted(Arc::clone(&count)));
        let panics = AssertUnwindSafe(|| under(controller, || panic!("at once")));
        catch_unwind(panics).unwrap_err();
        assert!(CONTROLLER.with_borrow(|controller| controller.is_none()));
        assert_eq!(Arc::strong_count(&count), 1);
    }
}
