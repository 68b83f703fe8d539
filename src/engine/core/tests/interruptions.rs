//! Waits that are interrupted, and the places of their threads among the enabled.

use super::*;

/// Thread 0 waits for a time; thread 1 is paused.
fn timed() -> ExecutionState {
    let mut state = two_paused();
    state.advance(first);
    let due = Condition::TimeOut(core::time::Duration::from_secs(1));
    state.block(thread(0), spot(0), Some(due));
    state
}

#[test]
fn a_thread_that_was_interrupted_comes_back_to_its_place() {
    let mut state = timed();
    let turn = state.advance(|point, _| {
        let timeout = Operation::timeout(MarkerId::new(0));
        let operations = point.enabled.iter().map(|it| it.operation);
        let expected = [Operation::at_marker(MarkerId::new(0)), timeout];
        assert_eq!(operations.collect::<Vec<_>>(), expected);
        Choice::Take(1)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
    assert!(state.steps()[1].preempts, "it is early");
    state.forget_condition(thread(0));
    // Starting another while the running thread is in no place.
    assert_eq!(state.spawn(thread(0), None), thread(2));
    state.pause(thread(0), MarkerId::new(5));
    let turn = state.advance(|point, _| {
        let threads = point.enabled.iter().map(|it| it.thread.index());
        assert_eq!(threads.collect::<Vec<_>>(), [0, 1, 2]);
        Choice::Take(0)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
}

#[test]
fn to_go_on_while_another_waits_for_a_time_is_no_preemption() {
    let mut state = timed();
    assert_eq!(state.advance(first), Turn::Of(thread(1)));
    assert!(!state.steps()[1].preempts);
    state.finish(thread(1));
    // Nobody else can go on now, so the time-out is not early.
    assert_eq!(state.advance(first), Turn::Of(thread(0)));
    assert!(!state.steps()[2].preempts);
}
