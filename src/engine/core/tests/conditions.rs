//! Who waits under a condition, and when it can go on.

use core::time::Duration;

use super::*;
use crate::engine::{Timeouts, WaitRules};

#[allow(clippy::unnecessary_wraps, reason = "as `block` takes it")]
fn due(seconds: u64) -> Option<Condition> {
    Some(Condition::TimeOut(Duration::from_secs(seconds)))
}

/// What is enabled at the next point.
fn enabled(state: &mut ExecutionState, choice: usize) -> Vec<Operation> {
    let mut operations = Vec::new();
    state.advance(|point, _| {
        operations.extend(point.enabled.iter().map(|it| it.operation));
        Choice::Take(choice)
    });
    operations
}

const AT: fn(u32) -> Operation = |marker| Operation::at_marker(MarkerId::new(marker));

#[test]
fn who_yields_goes_on_when_another_has_taken_a_step_or_none_can() {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(0), Some(Condition::OthersFirst));
    assert_eq!(enabled(&mut state, 0), [AT(0)], "only thread 1");
    state.pause(thread(1), MarkerId::new(1));
    let resume = Operation::resume(MarkerId::new(0));
    assert_eq!(enabled(&mut state, 1), [resume, AT(1)]);
    state.finish(thread(1));
    assert_eq!(enabled(&mut state, 0), [resume]);
    state.block(thread(0), spot(0), Some(Condition::OthersFirst));
    assert_eq!(enabled(&mut state, 0), [resume], "nobody else can go on");
}

#[test]
fn a_wait_times_out_early_once_at_a_place_until_another_thread_takes_a_step() {
    let mut state = two_paused();
    let timeout = Operation::timeout(MarkerId::new(0));
    state.advance(first);
    state.block(thread(0), spot(0), due(1));
    assert_eq!(enabled(&mut state, 1), [AT(0), timeout]);
    state.forget_condition(thread(0));
    state.block(thread(0), spot(0), due(2));
    // At another place it may.
    let mut other = two_paused();
    other.advance(first);
    other.block(thread(0), spot(0), due(1));
    assert_eq!(enabled(&mut other, 1), [AT(0), timeout]);
    other.forget_condition(thread(0));
    other.block(thread(0), spot(1), due(2));
    assert_eq!(enabled(&mut other, 0), [AT(0), timeout]);
    assert_eq!(other.trace().conditional, None);
    // At the same it may not, before thread 1 has taken a step: it is held back after its second step.
    assert_eq!(state.trace().conditional, None);
    assert_eq!(enabled(&mut state, 0), [AT(0)]);
    assert_eq!(state.trace().conditional, Some(1));
    state.pause(thread(1), MarkerId::new(1));
    assert_eq!(enabled(&mut state, 0), [AT(1), timeout]);
}

#[test]
fn late_time_outs_come_when_nobody_else_can_go_on_and_the_first_to_be_due_comes_first() {
    let names = ["a", "b"].map(str::to_owned);
    let waits = WaitRules {
        timeouts: Timeouts::Late,
        ..WaitRules::default()
    };
    let options = EngineOptions {
        waits,
        ..options(MAX_STEPS)
    };
    let mut state = ExecutionState::new(&names, options);
    for index in 0..2 {
        state.advance(unasked);
        state.pause(thread(index), MarkerId::new(0));
    }
    state.advance(first);
    state.block(thread(0), spot(0), due(9));
    assert_eq!(enabled(&mut state, 0), [AT(0)]);
    assert_eq!(state.trace().conditional, Some(0), "it is held back");
    state.block(thread(1), spot(1), due(5));
    state.advance(|point, _| {
        let pending: Vec<_> = point.enabled.iter().map(|it| it.thread).collect();
        assert_eq!(pending, [thread(1)]);
        Choice::Take(0)
    });
}

#[test]
fn spurious_wake_ups_are_as_many_as_asked_for_and_save_nobody_from_a_deadlock() {
    let names = ["a", "b"].map(str::to_owned);
    let waits = WaitRules {
        spurious_wakeups: 1,
        ..WaitRules::default()
    };
    let options = EngineOptions {
        waits,
        ..options(MAX_STEPS)
    };
    let mut state = ExecutionState::new(&names, options);
    for index in 0..2 {
        state.advance(unasked);
        state.pause(thread(index), MarkerId::new(0));
    }
    let spurious = Operation::spurious(MarkerId::new(0));
    state.advance(first);
    state.block(thread(0), spot(0), Some(Condition::Spurious));
    assert_eq!(enabled(&mut state, 1), [AT(0), spurious]);
    state.forget_condition(thread(0));
    state.block(thread(0), spot(1), Some(Condition::Spurious));
    assert_eq!(enabled(&mut state, 0), [AT(0)], "there are no more");
    state.finish(thread(1));
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}

/// Thread 0 may time out, so it could go on before it was woken, too. Thread 1 could not.
#[test]
fn a_wake_up_makes_only_that_possible_which_was_not() {
    let names = ["a", "b", "c"].map(str::to_owned);
    let mut state = ExecutionState::new(&names, options(MAX_STEPS));
    for index in 0..3 {
        state.advance(unasked);
        state.pause(thread(index), MarkerId::new(0));
    }
    for (index, condition) in [(0, due(1)), (1, None)] {
        state.advance(|point, _| {
            let mut enabled = point.enabled.iter();
            let ordinary = |it: &Pending| it.thread == thread(index) && it.operation == AT(0);
            Choice::Take(enabled.position(ordinary).unwrap())
        });
        state.block(thread(index), spot(0), condition);
    }
    state.advance(first);
    for index in 0..2 {
        state.unblock(thread(index));
    }
    let trace = state.trace();
    let touched: Vec<_> = trace.accesses(2).collect();
    assert_eq!(touched, [Access::write(Object::Thread(thread(1)))]);
    assert_eq!(trace.conditional, None);
}
