//! Waits that are interrupted, and the places of their threads among the enabled.

use super::*;

#[test]
fn a_thread_that_was_interrupted_comes_back_to_its_place() {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(0));
    let [passed, next] = [0, 5].map(MarkerId::new);
    let operation = Operation::timeout(passed);
    let timeout = Pending {
        thread: thread(0),
        operation,
    };
    state.insert_enabled(timeout);
    let turn = state.advance(|point, _| {
        assert_eq!(point.enabled[1], timeout, "after what is ordinary");
        Choice::Take(1)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
    assert!(state.steps()[1].preempts, "it is early");
    // Starting another while the running thread is in no place.
    assert_eq!(state.spawn(thread(0), None), thread(2));
    state.pause(thread(0), next);
    let turn = state.advance(|point, _| {
        let threads = point.enabled.iter().map(|it| it.thread.index());
        assert_eq!(threads.collect::<Vec<_>>(), [0, 1, 2]);
        Choice::Take(0)
    });
    assert_eq!(turn, Turn::Of(thread(0)));
}

/// Thread 0 has been woken and may be cancelled; thread 1 is paused.
fn cancellable() -> (ExecutionState, Pending) {
    let mut state = two_paused();
    state.advance(first);
    state.block(thread(0), spot(0));
    state.set_unblocked(thread(0), true);
    let operation = Operation::cancel(MarkerId::new(0));
    let thread = thread(0);
    let cancel = Pending { thread, operation };
    state.insert_enabled(cancel);
    (state, cancel)
}

#[test]
fn who_goes_on_or_is_cancelled_can_do_neither_any_more() {
    for (choice, preempts) in [(0, false), (2, true)] {
        let (mut state, cancel) = cancellable();
        let turn = state.advance(|point, _| {
            assert_eq!(point.enabled[2], cancel);
            assert_eq!(point.enabled[0].thread, thread(0));
            Choice::Take(choice)
        });
        assert_eq!(turn, Turn::Of(thread(0)));
        assert_eq!(state.steps()[1].preempts, preempts);
        state.finish(thread(0));
        state.advance(|point, _| {
            assert_eq!(point.enabled.len(), 1, "thread 1");
            Choice::Take(0)
        });
    }
}

#[test]
fn nobody_is_cancelled_to_end_a_deadlock() {
    let (mut state, _) = cancellable();
    state.set_unblocked(thread(0), false);
    state.advance(first);
    state.finish(thread(1));
    assert!(!state.has_enabled());
    assert_eq!(state.advance(unasked), Turn::Over(Over::Deadlock));
}
