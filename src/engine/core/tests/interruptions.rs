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
