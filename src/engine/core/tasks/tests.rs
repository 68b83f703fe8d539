use super::super::tests::{MAX_STEPS, first, state, thread, two_paused, unasked};
use super::super::{Over, ThreadTable, Turn};
use super::*;
use crate::operation::{Choice, SchedulingPoint};
use crate::site::MarkerId;

/// Takes the `choice`-th of the enabled, whose operations must be `expected`.
fn among<const N: usize>(
    expected: [Operation; N],
    choice: usize,
) -> impl FnOnce(&SchedulingPoint<'_>, &ThreadTable) -> Choice {
    move |point, _| {
        let enabled = point.enabled.iter().map(|pending| pending.operation);
        assert_eq!(enabled.collect::<Vec<_>>(), expected);
        Choice::Take(choice)
    }
}

#[test]
fn a_woken_task_is_enabled_to_go_on_from_the_marker_that_it_passed() {
    let [passed, next] = [0, 1].map(MarkerId::new);
    let mut state = two_paused();
    state.advance(first);
    state.wait(thread(0), false);
    state.advance(among([Operation::at_marker(passed)], 0));
    // Fires twice before the task goes on, which counts once.
    state.wake(thread(0));
    state.wake(thread(0));
    state.pause(thread(1), next);
    assert_eq!(state.state(thread(0)), ThreadState::Woken);
    // Others may go first.
    let both = [Operation::resume(passed), Operation::at_marker(next)];
    assert_eq!(state.advance(among(both, 1)), Turn::Of(thread(1)));
    state.finish(thread(1));
    let turn = state.advance(among([Operation::resume(passed)], 0));
    assert_eq!(turn, Turn::Of(thread(0)));
    state.wait(thread(0), false);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
    let steps = state.steps().iter();
    let waits: Vec<_> = steps.map(|it| (it.thread, it.waits())).collect();
    let [a, b] = [0, 1].map(thread);
    assert_eq!(waits, [(a, true), (b, false), (b, false), (a, true)]);
}

#[test]
fn a_waker_that_fires_before_its_task_waits_is_not_lost() {
    let passed = MarkerId::new(0);
    let mut state = two_paused();
    state.advance(first);
    state.wake(thread(0));
    state.wait(thread(0), false);
    let both = [Operation::resume(passed), Operation::at_marker(passed)];
    assert_eq!(state.advance(among(both, 0)), Turn::Of(thread(0)));
    assert!(!state.steps()[0].waits(), "it could go on at once");
}

#[test]
fn a_waker_that_fires_while_others_start_enables_its_task() {
    let mut state = state(2);
    state.advance(unasked);
    state.wait(thread(0), false);
    assert_eq!(state.advance(unasked), Turn::Of(thread(1)));
    state.wake(thread(0));
    state.finish(thread(1));
    let resumes = Operation::resume(MarkerId::start());
    assert_eq!(state.advance(among([resumes], 0)), Turn::Of(thread(0)));
}

#[test]
fn tasks_that_all_wait_are_a_deadlock() {
    let mut state = state(1);
    state.advance(unasked);
    state.wait(thread(0), false);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}

#[test]
fn going_on_after_a_wake_up_counts_towards_the_limit() {
    let mut state = state(1);
    state.advance(unasked);
    for _ in 0..MAX_STEPS / 2 {
        state.pause(thread(0), MarkerId::new(0));
        assert_eq!(state.advance(first), Turn::Of(thread(0)));
        state.wake(thread(0));
        state.wait(thread(0), false);
        assert_eq!(state.advance(first), Turn::Of(thread(0)));
    }
    state.pause(thread(0), MarkerId::new(0));
    assert_eq!(state.advance(unasked), Turn::Over(Over::StepLimit));
}

/// Two tasks at their first markers, of which the first has gone on to wait, and may be cancelled.
fn one_cancellable() -> (ExecutionState, MarkerId) {
    let mut state = two_paused();
    state.advance(first);
    state.wait(thread(0), true);
    (state, MarkerId::new(0))
}

#[test]
fn a_task_that_waits_may_be_cancelled_after_what_others_could_do() {
    let (mut state, marker) = one_cancellable();
    let ways = [Operation::at_marker(marker), Operation::cancel(marker)];
    assert_eq!(state.advance(among(ways, 1)), Turn::Of(thread(0)));
    assert!(state.is_cancelling());
    // It passes a marker as its future is dropped, and then ends.
    state.pause(thread(0), MarkerId::new(1));
    let ways = [MarkerId::new(1), marker].map(Operation::at_marker);
    assert_eq!(state.advance(among(ways, 0)), Turn::Of(thread(0)));
    assert!(!state.is_cancelling());
    state.finish(thread(0));
    assert_eq!(state.advance(first), Turn::Of(thread(1)));
    state.finish(thread(1));
    assert_eq!(state.advance(unasked), Turn::Over(Over::Complete));
    let preempts: Vec<bool> = state.steps().iter().map(|it| it.preempts).collect();
    assert_eq!(preempts, [false, true, false, false]);
}

#[test]
fn a_task_that_was_woken_goes_on_or_is_cancelled_and_not_both() {
    for choice in [0, 2] {
        let (mut state, marker) = one_cancellable();
        state.wake(thread(0));
        let ways = [
            Operation::resume(marker),
            Operation::at_marker(marker),
            Operation::cancel(marker),
        ];
        assert_eq!(state.advance(among(ways, choice)), Turn::Of(thread(0)));
        assert_eq!(state.is_cancelling(), choice == 2);
        state.finish(thread(0));
        let left = [Operation::at_marker(marker)];
        assert_eq!(state.advance(among(left, 0)), Turn::Of(thread(1)));
    }
}

#[test]
fn a_task_that_yields_may_be_cancelled_in_steps_that_are_taken_again() {
    let (mut state, marker) = (two_paused(), MarkerId::new(0));
    let ways = [
        Operation::resume(marker),
        Operation::at_marker(marker),
        Operation::cancel(marker),
    ];
    for repeated in [0, 2] {
        if repeated > 0 {
            state.reset(repeated);
            for index in 0..2 {
                state.advance(unasked);
                state.pause(thread(index), marker);
            }
        }
        let is_new = repeated == 0;
        assert_eq!(state.advance(|_, _| Choice::Take(0)), Turn::Of(thread(0)));
        state.wake(thread(0));
        state.wait(thread(0), true);
        let cancels = |point: &SchedulingPoint<'_>, threads: &ThreadTable| {
            assert!(is_new, "it is taken again");
            among(ways, 2)(point, threads)
        };
        assert_eq!(state.advance(cancels), Turn::Of(thread(0)));
        assert!(state.is_cancelling());
        state.finish(thread(0));
        let left = [Operation::at_marker(marker)];
        assert_eq!(state.advance(among(left, 0)), Turn::Of(thread(1)));
        state.finish(thread(1));
        assert_eq!(state.advance(unasked), Turn::Over(Over::Complete));
    }
}

#[test]
fn a_task_that_waits_for_ever_is_a_deadlock_though_it_may_be_cancelled() {
    let (mut state, _) = one_cancellable();
    state.advance(first);
    state.finish(thread(1));
    assert!(state.is_stuck());
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
    // What is unwound is not among the enabled any more.
    state.leave(thread(0), ThreadState::Unwound);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}
