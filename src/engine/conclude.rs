//! The user's code around the threads: made, observed, described, checked and dropped, with its
//! panics caught.

use std::cell::Cell;
use std::sync::Arc;

use super::catch::{self, Caught, caught};
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
    instance: &dyn ProgramInstance,
) -> Option<FailureKind> {
    let check_invariants = || catch_panic(|| instance.check_invariants());
    match current::uncontrolled(|| catch::keeping_panics(check_invariants)) {
        Ok(violated) => violated.map(|number| {
            let name = Arc::clone(&program.invariants()[number]);
            FailureKind::Invariant(InvariantViolation { name })
        }),
        Err(panic) => Some(FailureKind::InvariantPanic(panic)),
    }
}

/// Describes and checks what the threads left in the instance. `enter` is told what comes next.
#[inline]
pub(super) fn conclude(
    program: &dyn Program,
    instance: &dyn ProgramInstance,
    enter: impl Fn(Phase),
) -> (ExecutionEnd, Option<String>) {
    // One catch for all, since it is in every execution. The phase says whose code panicked: none
    // if it was ours.
    let (mut outcome, phase) = (None, Cell::new(Some(Phase::Outcome)));
    enter(Phase::Outcome);
    let result = catch_panic(|| {
        let enter = |next| {
            phase.set(Some(next));
            enter(next);
        };
        outcome = instance.outcome();
        phase.set(None);
        if let Some(oracles) = program.oracles() {
            let view = || {
                enter(Phase::View);
                let view = instance.view();
                phase.set(None);
                view
            };
            let failure = oracles.judge(outcome.as_deref(), view);
            if failure.is_some() {
                return failure;
            }
        }
        enter(Phase::Check);
        instance.check();
        None
    });
    let hook = phase.get().and_then(Phase::hook);
    let end = match (result, hook) {
        (Ok(None), _) => ExecutionEnd::Held,
        (Ok(Some(failure)), _) => failure.into(),
        (Err(panic), Some(hook)) => panicked_in(hook, panic),
        (Err(panic), None) => catch::throw_on(panic),
    };
    (end, outcome)
}

/// The end of an execution whose code panicked in `hook`.
#[cold]
pub(super) fn panicked_in(hook: Hook, panic: Panic) -> ExecutionEnd {
    let kind = match hook {
        Hook::Check => FailureKind::Check(panic),
        hook => FailureKind::PanicInHook(HookPanic { hook, panic }),
    };
    kind.into()
}

/// Drops the state; a panic in that makes an execution fail that held.
#[inline]
pub(super) fn drop_state(dropping: impl FnOnce(), end: ExecutionEnd) -> ExecutionEnd {
    match catch_panic(dropping) {
        Err(panic) if end.is_held() => panicked_in(Hook::DropState, panic),
        _ => end,
    }
}
