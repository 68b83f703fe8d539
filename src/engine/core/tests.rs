use super::*;
use crate::operation::{OperationKind, WaitSite};

mod conditions;
mod interruptions;

pub(super) const MAX_STEPS: usize = 10;

pub(super) fn thread(index: usize) -> ThreadId {
    ThreadId::new(index)
}

pub(super) fn first(point: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
    assert!(!point.enabled.is_empty());
    Choice::Take(0)
}

pub(super) fn unasked(_: &SchedulingPoint<'_>, _: &ThreadTable) -> Choice {
    panic!("there is nothing to choose")
}

/// An execution of a number of declared threads.
pub(super) fn state(threads: usize) -> ExecutionState {
    let names: Vec<String> = (0..threads).map(|index| format!("t{index}")).collect();
    ExecutionState::new(&names, options(MAX_STEPS))
}

/// Two threads, each run up to its first marker.
pub(super) fn two_paused() -> ExecutionState {
    let mut state = state(2);
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
        state.advance(|point, _| Choice::Take(point.enabled.len() - 1)),
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
    state.advance(|point, _| Choice::Take(1 - point.default_choice()));
    assert!(!state.steps()[0].preempts, "nobody ran before");
    assert!(state.steps()[1].preempts);
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
        let turn = state.advance(|point, _| {
            asked += 1;
            Choice::Take(choices[point.step].min(point.enabled.len() - 1))
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
    let mut state = state(2);
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
    let mut state = state(2);
    run_asked(&mut state, &[0, 1, 0, 0], [0, 10]);
    state.reset(3);
    // Thread 1 has other markers now: its first step, the second of all, cannot be repeated.
    assert_eq!(
        run_asked(&mut state, &[9, 1, 0, 0], [0, 20]),
        (vec![0, 1, 0, 1], 3)
    );
}

/// Executions of at most this many steps.
fn options(max_steps: usize) -> EngineOptions {
    EngineOptions {
        max_steps,
        ..EngineOptions::default()
    }
}

fn spot(number: u32) -> WaitSite {
    WaitSite { number, call: None }
}

#[test]
fn a_blocked_thread_is_ready_again_when_it_is_released() {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(7), None);
    assert_eq!(state.state(thread(0)), ThreadState::Blocked(spot(7)));
    // Thread 1 is alone, so going on takes the turn from nobody.
    assert_eq!(state.advance(first), Turn::Of(thread(1)));
    state.unblock(thread(0));
    state.pause(thread(1), MarkerId::new(1));
    // It is in its place, to go on after the marker that it passed last.
    let turn = state.advance(|point, _| {
        let resumes = Operation::resume(MarkerId::new(0));
        let expected = [resumes, Operation::at_marker(MarkerId::new(1))];
        assert_eq!(point.enabled[0].thread, thread(0));
        assert_eq!(
            point
                .enabled
                .iter()
                .map(|it| it.operation)
                .collect::<Vec<_>>(),
            expected
        );
        assert_eq!(point.default_choice(), 1, "whoever ran last");
        Choice::Take(0)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
    let steps = state.steps().iter();
    let steps: Vec<_> = steps
        .map(|it| {
            (
                it.waits(),
                it.operation.kind() == OperationKind::Resume,
                it.preempts,
            )
        })
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
    state.block(thread(0), spot(0), None);
    state.advance(first);
    // While thread 1 runs, in front of it in the list.
    state.unblock(thread(0));
    state.block_again(thread(0));
    state.leave(thread(1), ThreadState::Finished);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
    state.unblock(thread(0));
    state.let_go(thread(0));
    assert_eq!(state.state(thread(0)), ThreadState::Running);
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}

#[test]
fn a_thread_that_blocks_before_its_first_marker_stands_at_the_start() {
    let mut state = state(1);
    state.advance(unasked);
    state.block(thread(0), spot(0), None);
    state.unblock(thread(0));
    state.advance(|point, _| {
        assert_eq!(
            point.enabled[0].operation,
            Operation::resume(MarkerId::start())
        );
        Choice::Take(0)
    });
}

#[test]
fn who_is_about_to_acquire_is_ready_while_that_is_free() {
    let mut state = two_paused();
    state.advance(first);
    state.pause_to_acquire(thread(0), MarkerId::new(3));
    state.set_free(thread(0), false);
    let only = |point: &SchedulingPoint<'_>, _: &ThreadTable| {
        assert_eq!(point.enabled.len(), 1);
        Choice::Take(0)
    };
    assert_eq!(state.advance(only), Turn::Of(thread(1)));
    assert!(
        !state.steps()[1].preempts,
        "thread 0 could not have gone on"
    );
    state.leave(thread(1), ThreadState::Finished);
    state.set_free(thread(0), true);
    assert_eq!(state.advance(only), Turn::Of(thread(0)));
    assert_eq!(state.steps()[2].operation.name(), MarkerId::new(3));
}

#[test]
fn a_point_shows_who_is_not_enabled_and_why() {
    let mut state = state(4);
    for index in 0..4 {
        state.advance(unasked);
        match index {
            0 => state.pause(thread(0), MarkerId::new(0)),
            1 => state.wait(thread(1), false),
            2 => state.block(thread(2), spot(0), None),
            _ => state.join(thread(3), thread(0)),
        }
    }
    state.advance(|point, _| {
        assert_eq!(point.enabled.len(), 1);
        let disabled: Vec<_> = point.disabled().collect();
        let expected = [
            (thread(1), ThreadState::Waiting),
            (thread(2), ThreadState::Blocked(spot(0))),
            (thread(3), ThreadState::Joining(thread(0))),
        ];
        assert_eq!(disabled, expected);
        Choice::Take(0)
    });
    // The end of thread 0 enables the one that joins it.
    state.finish(thread(0));
    state.advance(|point, _| {
        assert_eq!(point.enabled[0].operation, Operation::join(thread(0)));
        assert_eq!(point.disabled().count(), 2);
        Choice::Take(0)
    });
}

#[test]
fn a_repeated_step_is_told_with_what_it_touched_before() {
    let mut state = state(1);
    let child = thread(1);
    let run = |state: &mut ExecutionState| {
        state.advance(unasked);
        state.pause(thread(0), MarkerId::new(0));
        assert_eq!(state.advance(first), Turn::Of(thread(0)));
        assert_eq!(state.spawn(thread(0), None), child);
        state.finish(thread(0));
        assert_eq!(state.advance(first), Turn::Of(child));
        state.finish(child);
        assert_eq!(state.advance(unasked), Turn::Over(Over::Complete));
        let trace = state.trace();
        let touched = |event| trace.accesses(event).collect::<Vec<_>>();
        let told = (trace.repeated, touched(0), touched(1));
        (told, trace.accesses.len())
    };
    let life = Object::Thread;
    let first_step = vec![Access::write(life(child)), Access::write(life(thread(0)))];
    let second_step = vec![Access::read(life(child)), Access::write(life(child))];
    let expected = |repeated| (repeated, first_step.clone(), second_step.clone());
    assert_eq!(run(&mut state), (expected(0), 1));
    state.reset(1);
    assert_eq!(run(&mut state), (expected(1), 1), "noted once");
}

#[test]
fn a_repeated_step_is_told_with_what_it_touches_now() {
    let mut state = state(1);
    let place = |address: usize| Object::Memory(address..address + 1);
    let run = |state: &mut ExecutionState, base: usize| {
        state.advance(unasked);
        for step in 0..2 {
            let mut accesses = vec![Access::read(place(base + step))];
            if step == 0 {
                accesses.push(Access::acquire(place(base + 9)));
            }
            state.declare(thread(0), Footprint { accesses });
            state.pause(thread(0), MarkerId::new(0));
            state.advance(first);
        }
        state.finish(thread(0));
        assert_eq!(state.advance(unasked), Turn::Over(Over::Complete));
        state.trace().accesses.to_vec()
    };
    // The lock is held from the first step on.
    let (acquired, held) = (Access::acquire, Access::write);
    let read = |address| Access::read(place(address));
    let expected = |base| {
        let lock = || place(base + 9);
        vec![read(base), acquired(lock()), read(base + 1), held(lock())]
    };
    assert_eq!(run(&mut state, 100), expected(100));
    for repeated in [1, 2] {
        state.reset(repeated);
        assert_eq!(run(&mut state, 200 * repeated), expected(200 * repeated));
    }
    state.restart();
    assert_eq!(run(&mut state, 300), expected(300));
}

#[test]
fn a_step_that_was_under_way_at_a_restart_is_told_with_what_it_touches() {
    let mut state = state(1);
    let begin = |state: &mut ExecutionState| {
        state.advance(unasked);
        state.pause(thread(0), MarkerId::new(0));
        assert_eq!(state.advance(first), Turn::Of(thread(0)));
    };
    begin(&mut state);
    state.restart();
    begin(&mut state);
    let touched = Access::write(Object::Clock);
    state.touch(touched.clone());
    assert_eq!(state.trace().accesses, [touched]);
    assert_eq!(state.steps()[0].accesses_end, 1);
}

#[test]
fn what_is_touched_after_the_end_belongs_to_no_step() {
    let mut state = state(1);
    state.advance(unasked);
    state.pause(thread(0), MarkerId::new(0));
    state.advance(first);
    let touched = Access::write(Object::Clock);
    state.touch(touched.clone());
    state.note_end();
    // As a destructor does that runs when the thread is unwound.
    state.touch(touched.clone());
    state.forget_touched_since_end();
    assert_eq!(state.trace().accesses, [touched]);
    assert_eq!(state.steps()[0].accesses_end, 1);
}
