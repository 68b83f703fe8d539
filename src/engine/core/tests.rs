use super::*;

const MAX_STEPS: usize = 10;

fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

fn first(point: &SchedulingPoint<'_>) -> Option<usize> {
    (!point.enabled.is_empty()).then_some(0)
}

fn unasked(_: &SchedulingPoint<'_>) -> Option<usize> {
    panic!("there is nothing to choose")
}

/// Two threads, each run up to its first marker.
fn two_paused() -> ExecutionState {
    let mut state = ExecutionState::new(2, MAX_STEPS);
    for index in 0..2 {
        assert_eq!(state.advance(unasked), Turn::Of(thread(index)));
        state.pause(thread(index), MarkerId::new(0));
    }
    state
}

#[test]
fn threads_start_in_order_and_the_choice_is_among_the_paused() {
    let mut state = two_paused();
    assert_eq!(
        state.advance(|point| Some(point.enabled.len() - 1)),
        Turn::Of(thread(1))
    );
    state.leave(thread(1), ThreadState::Finished);
    assert_eq!(state.advance(first), Turn::Of(thread(0)));
    state.leave(thread(0), ThreadState::Finished);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Complete));
    assert_eq!(state.steps().len(), 2);
    assert!(!state.steps()[1].preempts, "thread 1 had ended");
}

#[test]
fn a_switch_away_from_a_thread_that_could_go_on_preempts() {
    let mut state = two_paused();
    state.advance(first);
    state.pause(thread(0), MarkerId::new(1));
    state.advance(|point| Some(1 - point.default_choice()));
    assert!(!state.steps()[0].preempts, "nobody ran before");
    assert!(state.steps()[1].preempts);
}

#[test]
fn a_woken_task_goes_on_before_the_next_choice() {
    let mut state = two_paused();
    state.advance(first);
    state.wait(thread(0));
    state.advance(first);
    state.wake(thread(0));
    state.pause(thread(1), MarkerId::new(1));
    assert_eq!(state.advance(unasked), Turn::Of(thread(0)));
    let waits: Vec<bool> = state.steps().iter().map(|step| step.waits).collect();
    assert_eq!(waits, [true, false]);
}

#[test]
fn a_waker_that_fires_before_its_task_waits_is_not_lost() {
    let mut state = two_paused();
    state.advance(first);
    state.wake(thread(0));
    state.wait(thread(0));
    assert_eq!(state.advance(unasked), Turn::Of(thread(0)));
}

#[test]
fn tasks_that_all_wait_are_a_deadlock() {
    let mut state = ExecutionState::new(1, MAX_STEPS);
    state.advance(unasked);
    state.wait(thread(0));
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}

#[test]
fn steps_and_wake_ups_count_towards_the_limit() {
    let mut state = ExecutionState::new(1, MAX_STEPS);
    state.advance(unasked);
    for _ in 0..MAX_STEPS / 2 {
        state.pause(thread(0), MarkerId::new(0));
        assert_eq!(state.advance(first), Turn::Of(thread(0)));
        state.wake(thread(0));
        state.wait(thread(0));
        assert_eq!(state.advance(unasked), Turn::Of(thread(0)));
    }
    state.pause(thread(0), MarkerId::new(0));
    assert_eq!(state.advance(unasked), Turn::Over(Over::StepLimit));
}

#[test]
fn nothing_of_an_execution_is_left_after_a_reset() {
    let mut state = two_paused();
    state.advance(first);
    state.reset(0);
    assert!(state.steps().is_empty());
    assert_eq!(state.advance(unasked), Turn::Of(thread(0)));
}

/// Runs two threads of two markers each, choosing as `choices` say; the number of questions.
fn run_asked(
    state: &mut ExecutionState,
    choices: &[usize],
    markers: [u32; 2],
) -> (Vec<usize>, usize) {
    let mut asked = 0;
    let mut passed = [0, 0];
    let mut order = Vec::new();
    loop {
        let turn = state.advance(|point| {
            asked += 1;
            Some(choices[point.step].min(point.enabled.len() - 1))
        });
        let Turn::Of(thread) = turn else {
            return (order, asked);
        };
        if passed[thread.index()] > 0 {
            order.push(thread.index());
        }
        match passed[thread.index()] {
            2 => state.leave(thread, ThreadState::Finished),
            at => state.pause(thread, MarkerId::new(markers[thread.index()] + at)),
        }
        passed[thread.index()] += 1;
    }
}

#[test]
fn repeated_steps_are_taken_without_asking() {
    let mut state = ExecutionState::new(2, MAX_STEPS);
    assert_eq!(
        run_asked(&mut state, &[0, 1, 0, 0], [0, 10]),
        (vec![0, 1, 0, 1], 4)
    );
    state.reset(2);
    assert_eq!(
        run_asked(&mut state, &[9, 9, 1, 0], [0, 10]),
        (vec![0, 1, 1, 0], 2)
    );
    assert_eq!(state.steps().len(), 4);
}

#[test]
fn a_thread_that_is_elsewhere_at_a_repeated_step_is_asked_about() {
    let mut state = ExecutionState::new(2, MAX_STEPS);
    run_asked(&mut state, &[0, 1, 0, 0], [0, 10]);
    state.reset(3);
    // Thread 1 has other markers now: its first step, the second of all, cannot be repeated.
    assert_eq!(
        run_asked(&mut state, &[9, 1, 0, 0], [0, 20]),
        (vec![0, 1, 0, 1], 3)
    );
}

fn spot(number: u32) -> WaitSite {
    WaitSite { number, call: None }
}

#[test]
fn a_blocked_thread_is_ready_again_when_it_is_released() {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(7));
    assert_eq!(state.at(thread(0)), ThreadState::Blocked(spot(7)));
    assert_eq!(state.running(), None);
    // Thread 1 is alone, so going on takes the turn from nobody.
    assert_eq!(state.advance(first), Turn::Of(thread(1)));
    state.set_released(thread(0), true);
    state.pause(thread(1), MarkerId::new(1));
    // It is in its place, with the marker that it passed last.
    let turn = state.advance(|point| {
        let ready: Vec<_> = point
            .ready
            .iter()
            .map(|it| (it.thread, it.marker))
            .collect();
        let expected = [(0, 0), (1, 1)].map(|(t, m)| (thread(t), MarkerId::new(m)));
        assert_eq!(ready, expected);
        assert_eq!(point.default_choice(), 1, "whoever ran last");
        Some(0)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
    let steps = state.steps().iter();
    let steps: Vec<_> = steps
        .map(|it| (it.waits, it.resumes, it.preempts))
        .collect();
    assert_eq!(
        steps,
        [
            (true, false, false),
            (false, false, false),
            (false, true, true)
        ]
    );
}

#[test]
fn a_thread_that_could_go_on_and_cannot_any_more_is_not_ready() {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(0));
    state.advance(first);
    // While thread 1 runs, in front of it in the list.
    state.set_released(thread(0), true);
    state.set_released(thread(0), false);
    state.leave(thread(1), ThreadState::Finished);
    assert!(!state.has_ready());
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
    state.set_released(thread(0), true);
    assert!(state.has_ready());
    state.let_go(thread(0));
    assert!(state.is_live(thread(0)) && !state.has_ready());
}

#[test]
fn a_thread_that_blocks_before_its_first_marker_stands_at_the_start() {
    let mut state = ExecutionState::new(1, MAX_STEPS);
    state.advance(unasked);
    state.block(thread(0), spot(0));
    state.set_released(thread(0), true);
    state.advance(|point| {
        assert_eq!(point.enabled[0].marker, MarkerId::start());
        Some(0)
    });
}

#[test]
fn who_is_about_to_acquire_is_ready_while_that_is_free() {
    let mut state = two_paused();
    state.advance(first);
    state.pause_to_acquire(thread(0), MarkerId::new(3));
    state.set_free(thread(0), false);
    let only = |point: &SchedulingPoint<'_>| {
        assert_eq!(point.enabled.len(), 1);
        Some(0)
    };
    assert_eq!(state.advance(only), Turn::Of(thread(1)));
    assert!(
        !state.steps()[1].preempts,
        "thread 0 could not have gone on"
    );
    state.leave(thread(1), ThreadState::Finished);
    state.set_free(thread(0), true);
    assert_eq!(state.advance(only), Turn::Of(thread(0)));
    assert_eq!(state.steps()[2].marker, MarkerId::new(3));
}
