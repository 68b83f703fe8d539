//! The user's code around the threads: made, observed, described, checked and dropped, with its
//! panics caught.

use super::catch::{Caught, catch};
use super::panic::Panic;
use super::{How, Phase, SharedState, Subject, current};

/// Runs the user's code outside of the program's threads, where only a panic unwinds.
pub(super) fn catch_panic<T>(body: impl FnOnce() -> T) -> Result<T, Panic> {
    catch(body).map_err(|caught| match caught {
        Caught::Panic(panic) => panic,
        Caught::Unwound => unreachable!("the engine unwinds only the program's threads"),
    })
}

/// Evaluates the invariants; every thread is paused.
pub(super) fn observe(subject: &dyn Subject, state: &SharedState) -> Option<How> {
    match current::uncontrolled(|| catch_panic(|| subject.observe(state))) {
        Ok(violated) => violated.map(How::InvariantViolated),
        Err(panic) => Some(How::InvariantPanicked(panic)),
    }
}

/// Describes and checks the state that the threads left. `enter` is told what comes next.
pub(super) fn conclude(
    subject: &dyn Subject,
    state: &SharedState,
    enter: impl Fn(Phase),
) -> (How, Option<String>) {
    enter(Phase::Outcome);
    let outcome = match catch_panic(|| subject.outcome(state)) {
        Ok(outcome) => outcome,
        Err(panic) => return (How::PanickedIn(Phase::Outcome, panic), None),
    };
    if let Some(oracles) = subject.oracles() {
        enter(Phase::View);
        let judge = || oracles.judge(outcome.as_deref(), || subject.view(state));
        match catch_panic(judge) {
            Ok(None) => {}
            Ok(Some(breach)) => return (How::Breached(breach), outcome),
            Err(panic) => return (How::PanickedIn(Phase::View, panic), outcome),
        }
    }
    enter(Phase::Check);
    match catch_panic(|| subject.check(state)) {
        Ok(()) => (How::Held, outcome),
        Err(panic) => (How::CheckFailed(panic), outcome),
    }
}

/// Drops the state; a panic in that makes an execution fail that held.
pub(super) fn drop_state<T>(state: T, how: How) -> How {
    match catch_panic(|| drop(state)) {
        Err(panic) if how == How::Held => How::PanickedIn(Phase::DropState, panic),
        _ => how,
    }
}
