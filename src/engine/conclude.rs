//! Runs the user's code around the threads (setup, invariants, outcome, checks, drop) and catches
//! its panics.

use std::cell::Cell;
use std::panic;
use std::sync::Arc;

use super::catch::{self, Caught, caught};
use super::{ExecutionEnd, Phase, Program, ProgramInstance, current};
use crate::failure::{FailureKind, Hook, HookPanic, InvariantViolation, Panic};
use crate::memory::{self, Owner};

/// Runs user code outside of the program's threads, where the engine unwinds nothing. The calling
/// thread's panics must already be kept.
#[inline]
pub(super) fn catch_panic<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    caught(body).map_err(|caught| match caught {
        Caught::Panic(panic) => panic,
        Caught::Unwound => unreachable!("the engine unwinds only the program's threads"),
    })
}

/// Evaluates the invariants, while every thread is paused.
pub(super) fn check_invariants(
    program: &dyn Program,
    instance: &dyn ProgramInstance,
    hooks: Owner,
) -> Option<FailureKind> {
    let check_invariants = || catch_panic(|| hooks.run(|| instance.check_invariants()));
    match current::uncontrolled(|| catch::keeping_panics(check_invariants)) {
        Ok(violated) => violated.map(|number| {
            let name = Arc::clone(&program.invariants()[number]);
            FailureKind::Invariant(InvariantViolation { name })
        }),
        Err(panic) => Some(FailureKind::InvariantPanic(panic)),
    }
}

/// Describes and checks the state after the threads have ended. Calls `enter` for each phase.
#[inline]
pub(super) fn conclude(
    program: &dyn Program,
    instance: &dyn ProgramInstance,
    hooks: Owner,
    enter: impl Fn(Phase),
) -> (ExecutionEnd, Option<String>) {
    // One catch for all hooks, since every execution pays for it. `phase` tells whose code
    // panicked: if it is `None`, this library's.
    let (mut outcome, phase) = (None, Cell::new(Some(Phase::Outcome)));
    enter(Phase::Outcome);
    let result = catch_panic(|| {
        let enter = |next| {
            phase.set(Some(next));
            enter(next);
        };
        outcome = described(hooks, || instance.outcome());
        phase.set(None);
        if let Some(oracles) = program.oracles() {
            let view = || {
                enter(Phase::View);
                let view = described(hooks, || instance.view());
                phase.set(None);
                view
            };
            let failure = oracles.judge(outcome.as_deref(), view);
            if failure.is_some() {
                return failure;
            }
        }
        enter(Phase::Check);
        hooks.run(|| instance.check());
        None
    });
    let hook = phase.get().and_then(Phase::hook);
    let end = match (result, hook) {
        (Ok(None), _) => ExecutionEnd::Held,
        (Ok(Some(failure)), _) => failure.into(),
        (Err(panic), Some(hook)) => panicked_in(hook, panic),
        (Err(panic), None) => panic::resume_unwind(Box::new(panic)),
    };
    (end, outcome)
}

/// What the user's code says of the state: kept longer than the memory of the execution.
fn described(hooks: Owner, describe: impl FnOnce() -> Option<String>) -> Option<String> {
    hooks.run(|| {
        let text = describe();
        if cfg!(interlace) {
            memory::outside(|| text.as_deref().map(str::to_owned))
        } else {
            text
        }
    })
}

#[cold]
pub(super) fn panicked_in(hook: Hook, panic: Panic) -> ExecutionEnd {
    let other = |panic| match hook {
        Hook::Check => FailureKind::Check(panic),
        hook => FailureKind::PanicInHook(HookPanic { hook, panic }),
    };
    FailureKind::of_panic(panic, other).into()
}

/// Drops the state. If that panics, an execution that held fails.
#[inline]
pub(super) fn drop_state(dropping: impl FnOnce(), end: ExecutionEnd) -> ExecutionEnd {
    match catch_panic(dropping) {
        Err(panic) if end.is_held() => panicked_in(Hook::DropState, panic),
        _ => end,
    }
}
