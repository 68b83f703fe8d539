//! The user's code around the threads: made, observed, described, checked and dropped, with its
//! panics caught.

use std::cell::Cell;

use super::catch::{self, Caught, caught};
use super::lock_probe::LockProbe;
use super::lock_state::LockState;
use super::{ExecutionEnd, Phase, Program, ProgramInstance, current};
use crate::failure::{FailureKind, Hook, HookPanic, InvariantViolation, Panic};

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
pub(super) fn check_invariants(
    program: &dyn Program,
    room: &dyn ProgramInstance,
) -> Option<FailureKind> {
    let check_invariants = || catch_panic(|| room.check_invariants());
    match current::uncontrolled(|| catch::keeping_panics(check_invariants)) {
        Ok(violated) => violated.map(|number| {
            let name = program.invariants()[number].as_str().into();
            FailureKind::Invariant(InvariantViolation { name })
        }),
        Err(panic) => Some(FailureKind::InvariantPanic(panic)),
    }
}

/// Shows `see` what a paused thread is about to acquire. If the question panics, what comes after
/// is not shown: the thread may find out itself.
pub(super) fn look_at(probe: &LockProbe, see: &mut dyn FnMut(LockState)) {
    drop(current::uncontrolled(|| catch_panic(|| probe.ask(see))));
}

/// Describes and checks what the threads left in the room. `enter` is told what comes next.
#[inline]
pub(super) fn conclude(
    program: &dyn Program,
    room: &dyn ProgramInstance,
    enter: impl Fn(Phase),
) -> (ExecutionEnd, Option<String>) {
    // One catch for all, since it is in every execution.
    let (mut outcome, phase) = (None, Cell::new(Phase::Outcome));
    enter(phase.get());
    let result = catch_panic(|| {
        let enter = |next| {
            phase.set(next);
            enter(next);
        };
        outcome = room.outcome();
        if let Some(oracles) = program.oracles() {
            enter(Phase::View);
            let failure = oracles.judge(outcome.as_deref(), || room.view());
            if failure.is_some() {
                return failure;
            }
        }
        enter(Phase::Check);
        room.check();
        None
    });
    let end = match result {
        Ok(None) => ExecutionEnd::Held,
        Ok(Some(failure)) => failure.into(),
        Err(panic) => panicked_in(phase.get(), panic),
    };
    (end, outcome)
}

/// The end of an execution whose code around the threads panicked in `phase`.
#[cold]
pub(super) fn panicked_in(phase: Phase, panic: Panic) -> ExecutionEnd {
    let kind = match phase.hook() {
        Some(Hook::Check) | None => FailureKind::Check(panic),
        Some(hook) => FailureKind::PanicInHook(HookPanic { hook, panic }),
    };
    kind.into()
}

/// Drops the state; a panic in that makes an execution fail that held.
#[inline]
pub(super) fn drop_state(dropping: impl FnOnce(), end: ExecutionEnd) -> ExecutionEnd {
    match catch_panic(dropping) {
        Err(panic) if end.is_held() => panicked_in(Phase::DropState, panic),
        _ => end,
    }
}
