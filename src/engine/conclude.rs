//! The user's code around the threads: made, observed, described, checked and dropped, with its
//! panics caught.

use std::cell::Cell;

use super::catch::{self, Caught, caught};
use super::panic::Panic;
use super::{How, Phase, Program, ProgramInstance, current};

/// Runs the user's code outside of the program's threads, where only a panic unwinds. The calling
/// thread's panics must be kept.
#[inline]
pub(super) fn catch_panic<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    caught(body).map_err(|caught| match caught {
        Caught::Panic(panic) => panic,
        Caught::Unwound => unreachable!("the engine unwinds only the program's threads"),
    })
}

/// Evaluates the invariants; every thread is paused.
pub(super) fn check_invariants(room: &dyn ProgramInstance) -> Option<How> {
    let check_invariants = || catch_panic(|| room.check_invariants());
    match current::uncontrolled(|| catch::keeping_panics(check_invariants)) {
        Ok(violated) => violated.map(How::InvariantViolated),
        Err(panic) => Some(How::InvariantPanicked(panic)),
    }
}

/// Describes and checks what the threads left in the room. `enter` is told what comes next.
#[inline]
pub(super) fn conclude(
    program: &dyn Program,
    room: &dyn ProgramInstance,
    enter: impl Fn(Phase),
) -> (How, Option<String>) {
    // One catch for all, since it is in every execution. The phase says whose code panicked: none
    // if it was ours.
    let (mut outcome, phase) = (None, Cell::new(Some(Phase::Outcome)));
    enter(Phase::Outcome);
    let result = catch_panic(|| {
        let enter = |next| {
            phase.set(Some(next));
            enter(next);
        };
        outcome = room.outcome();
        phase.set(None);
        if let Some(oracles) = program.oracles() {
            let view = || {
                enter(Phase::View);
                let view = room.view();
                phase.set(None);
                view
            };
            let breach = oracles.judge(outcome.as_deref(), view);
            if breach.is_some() {
                return breach;
            }
        }
        enter(Phase::Check);
        room.check();
        None
    });
    let how = match (result, phase.get()) {
        (Ok(None), _) => How::Held,
        (Ok(Some(breach)), _) => How::Breached(breach),
        (Err(panic), Some(Phase::Check)) => How::CheckFailed(panic),
        (Err(panic), Some(phase)) => How::PanickedIn(phase, panic),
        (Err(panic), None) => catch::throw_on(panic),
    };
    (how, outcome)
}

/// Drops the state; a panic in that makes an execution fail that held.
#[inline]
pub(super) fn drop_state(dropping: impl FnOnce(), how: How) -> How {
    match catch_panic(dropping) {
        Err(panic) if how == How::Held => How::PanickedIn(Phase::DropState, panic),
        _ => how,
    }
}
