//! The controller of the calling thread, in a thread-local, and what threads ask of it.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::task::Waker;

#[cfg(interlace)]
use super::access_begin::AccessBegin;
use super::baton::Grant;
#[cfg(interlace)]
use super::call_stacks::{self, CallStack};
use super::catch;
use super::controller::{Controller, NewThread, Started};
#[cfg(interlace)]
use super::core::Reach;
use super::execution_core::ExecutionCore;
use super::fault::catch_fault;
use super::fiber::{Control, TurnEnd, is_exiting, leave_run, with_control, without_control};
use super::flight_recorder;
use super::yield_reason::YieldReason;
use crate::failure::Panic;
use crate::operation::{Footprint, ThreadId};
use crate::site::{MarkerId, Site};

thread_local! {
    /// In a `ManuallyDrop`, so that access need not check for a destructor: [`under`] empties it.
    static CONTROLLER: RefCell<ManuallyDrop<Option<Box<dyn Controller>>>> =
        const { RefCell::new(ManuallyDrop::new(None)) };
    static IS_IN_EXECUTION: Cell<bool> = const { Cell::new(false) };
    /// An address in the outermost frame that is under the controller; 0 if that is not known.
    static BASE: Cell<usize> = const { Cell::new(0) };
}

/// Whether `address` is in a frame of the calling thread, further up than the variable at `here`.
pub(super) fn is_in_frame_above(here: usize, address: usize) -> bool {
    /// On stacks of fibers, with nothing else near.
    const NEAR: usize = 64 << 10;
    let base = BASE.get();
    let end = if base > here { base } else { here + NEAR };
    (here..end).contains(&address)
}

/// Pauses the calling thread at `site`, if a run controls it and it is not unwinding.
///
/// Inlined, so that a fiber switches stacks right at the marker: processors mispredict returns
/// after a switch.
#[allow(clippy::inline_always)]
#[inline(always)]
pub(crate) fn reach(site: &'static Site) {
    let control = Control::current();
    if control.is_by_run() && !std::thread::panicking() {
        let marker = id_of(site);
        match control.let_go(TurnEnd::at_marker(marker)) {
            Some(grant) => obey(grant),
            None => pause(YieldReason::Reach(marker)),
        }
    }
}

/// The id of a marker that the calling thread has come to. The first who comes to one waits for a
/// lock of this library: that is no wait of the program.
#[inline]
pub(super) fn id_of(site: &'static Site) -> MarkerId {
    site.known_id()
        .unwrap_or_else(|| uncontrolled(|| site.id()))
}

/// What the calling thread touches after the marker that it is about to reach, where it
/// [pauses](is_to_pause).
pub(crate) fn declare(footprint: Footprint) {
    // The marker has made it of the memory of its execution.
    let kept = || {
        if cfg!(interlace) {
            footprint.clone()
        } else {
            footprint
        }
    };
    with_core(|core, thread| core.state.declare(thread, kept()));
}

/// Whether a marker pauses the calling thread.
#[inline]
pub(crate) fn is_to_pause() -> bool {
    is_controlled() && !std::thread::panicking()
}

/// Pauses the calling thread, which a run controls. Unwinds it if the execution is over.
pub(super) fn pause(reason: YieldReason) {
    obey(yield_turn(reason));
}

/// The calling thread, which a run controls, stops before an access. `None` after a fault of this library.
#[cfg(interlace)]
#[inline]
pub(super) fn arrive(reach: &Reach) -> Option<AccessBegin> {
    with_controller(|controller| controller.arrive(reach))
}

/// What the calling thread has found by the access before which it has arrived. Returns whether that is
/// noted.
#[cfg(interlace)]
#[inline]
pub(super) fn note_at_once(value: u64, left: u64) -> bool {
    CONTROLLER.with_borrow(|controller| {
        let controller = controller.as_deref();
        controller.is_some_and(|it| it.note_at_once(value, left))
    })
}

/// Pauses the calling thread, which a run controls, and returns what it is told then.
pub(super) fn yield_turn(reason: YieldReason) -> Grant {
    #[cfg(interlace)]
    note_stack();
    let_go(|controller| controller.pause(reason))
}

/// The calling thread stops before its next step: notes where, if its run wants that.
#[cfg(interlace)]
#[inline]
pub(super) fn note_stack() {
    if call_stacks::are_noted() {
        look_at_stack();
    }
}

#[cfg(interlace)]
#[cold]
fn look_at_stack() {
    let next = with_core(|core, thread| {
        let is_wanted = core.options.notes_stacks && !core.is_over();
        is_wanted.then(|| {
            let steps = core.state.steps().iter();
            (thread, steps.filter(|it| it.thread == thread).count())
        })
    });
    if let Some(Some((thread, step))) = next {
        let stack = aside(|| CallStack::here(thread, step));
        with_core(|core, _| core.stacks.push(stack));
    }
}

/// Tells what the program calls the calling thread, which waits for its first turn. Returns what it
/// is told then.
pub(super) fn introduce(name: Option<&str>) -> Grant {
    let_go(|controller| controller.introduce(name))
}

fn let_go(ask: impl FnOnce(&dyn Controller) -> Option<Grant>) -> Grant {
    let control = Control::current();
    match with_controller(ask) {
        Some(Some(grant)) => grant,
        Some(None) => control.let_go(TurnEnd::OTHERWISE).unwrap_or(Grant::Unwind),
        None => Grant::Unwind,
    }
}

#[inline]
fn obey(grant: Grant) {
    if grant == Grant::Unwind {
        if is_exiting() {
            // Destructors of thread-locals cannot unwind: they go on by themselves.
            return leave_run();
        }
        catch::unwind();
    }
}

/// Calls `body` with the execution that the calling thread belongs to. `None` after a fault of this
/// library.
pub(super) fn with_core<T>(body: impl FnOnce(&mut ExecutionCore, ThreadId) -> T) -> Option<T> {
    let (mut body, mut answer) = (Some(body), None);
    with_controller(|controller| {
        controller.with_core(&mut |core, thread| {
            answer = body.take().map(|body| body(core, thread));
        });
    });
    answer
}

/// Waits until the threads that no run controls, and that have to do with the program, sleep.
pub(super) fn settle() {
    with_controller(|controller| controller.settle());
}

/// Other executions could notice what the calling thread is about to do.
pub(super) fn take_process_lock() {
    with_controller(|controller| controller.take_process_lock());
}

/// All that the calling thread runs from now on is part of executions.
pub(super) fn enter_executions() {
    IS_IN_EXECUTION.set(true);
}

/// Whether a search for which the calling thread asks is part of an execution of another one. Then that
/// other one is as noticeable as what runs in it.
pub(crate) fn begins_nested() -> bool {
    take_process_lock();
    IS_IN_EXECUTION.get() || CONTROLLER.with_borrow(|controller| controller.is_some())
}

/// Starts a thread of the program; nothing if the system gives none.
pub(super) fn spawn(new: NewThread<'_>) -> Option<Started> {
    let started = with_controller(|controller| {
        // Here, since what it does once would be a step of the program otherwise.
        catch::listen(note_panic);
        let started = controller.spawn(new);
        started.map_err(|error| controller.fail(error)).ok()
    });
    started.flatten()
}

/// The calling thread panics. If the program has started it, std catches that for who joins it.
#[cold]
fn note_panic(panic: &Panic) {
    if is_controlled() {
        with_core(|core, thread| core.note_panic(thread, panic));
    }
}

/// libc is about to ask which thread calls it.
pub(super) fn identify() {
    with_controller(|controller| {
        let identified = controller.identify();
        identified.unwrap_or_else(|error| controller.fail(error));
    });
}

/// The calling thread can never go on. Never returns.
pub(super) fn leave() -> ! {
    let control = Control::current();
    with_controller(|controller| controller.leave());
    uncontrolled(|| {
        loop {
            if control.let_go(TurnEnd::OTHERWISE).is_none() {
                std::thread::park();
            }
        }
    })
}

pub(super) fn waker() -> Waker {
    with_controller(|controller| controller.waker()).unwrap_or_else(|| catch::unwind())
}

pub(super) fn is_cancelled() -> bool {
    with_controller(|controller| controller.is_cancelled()).unwrap_or_else(|| catch::unwind())
}

/// Calls the controller of the calling thread. `None` if it panicked: that is this library's fault,
/// so the controller is told, and the panic does not reach the code under test.
///
/// Meanwhile no run controls the thread: what it asks of the system is asked by this library.
#[inline]
fn with_controller<T>(ask: impl FnOnce(&dyn Controller) -> T) -> Option<T> {
    CONTROLLER.with_borrow(|controller| {
        // It has none where its fiber begins and ends.
        let controller = controller.as_deref()?;
        uncontrolled(|| {
            let answer = catch_fault(|| Ok(ask(controller)));
            answer.map_err(|fault| controller.fail(fault)).ok()
        })
    })
}

/// Withdraws the question of the calling thread about a lock.
pub(super) fn withdraw() {
    with_controller(|controller| controller.withdraw());
}

/// Puts the calling thread under `controller` while `body` runs.
pub(super) fn under<T>(controller: Box<dyn Controller>, body: impl FnOnce() -> T) -> T {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            set_controller(None);
        }
    }
    set_controller(Some(controller));
    let _leave = Leave;
    let here = 0_u8;
    BASE.set((&raw const here).addr());
    body()
}

/// Puts the calling thread under `controller`, or under none.
pub(super) fn set_controller(controller: Option<Box<dyn Controller>>) {
    let recorder = controller.as_ref().and_then(|it| it.recorder());
    flight_recorder::set_own(recorder);
    let before = CONTROLLER.replace(ManuallyDrop::new(controller));
    // What it gives back may have to wake others, who are none of the program's.
    uncontrolled(|| drop(ManuallyDrop::into_inner(before)));
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

/// Whether a run controls the calling thread, and it runs the program's code.
#[inline]
pub(super) fn is_controlled() -> bool {
    Control::current().is_by_run()
}

/// Runs `body`, code of this library, on a thread that may belong to a program under test, as when
/// a program explores another. What it waits for is not part of that program.
pub(crate) fn aside<T>(body: impl FnOnce() -> T) -> T {
    if is_controlled() {
        uncontrolled(body)
    } else {
        body()
    }
}

/// As [`aside`], for code of this library that is part of the program: it uses the program's memory.
pub(crate) fn unseen<T>(body: impl FnOnce() -> T) -> T {
    without_control(body)
}

#[cfg(test)]
mod tests;
