//! Markers of both kinds under the engine: which steps a thread makes.

use interlace::{Explorer, FailureKind, Schedule, marker};

/// The markers that a thread running `body` reaches, in order.
fn steps(body: impl Fn() + Send + Sync + 'static) -> Vec<String> {
    let execution = Explorer::new(|| ())
        .thread("t", move |()| body())
        .replay(&Schedule::default());
    assert!(execution.is_ok(), "{execution}");
    let steps = execution.steps().iter();
    steps.map(|step| step.marker().to_owned()).collect()
}

#[interlace::trace]
fn rounds(count: usize) -> usize {
    let mut sum = 0;
    // interlace: item reads(count)
    for item in 0..count {
        sum += item; // interlace: add writes(sum)
    }
    // interlace: condition
    while sum > 0 {
        sum -= 1;
    }
    sum
}

#[test]
fn a_loop_of_k_rounds_passes_its_marker_k_plus_one_times() {
    // 0 + 1 is 1, so the `while` goes round once.
    let expected = [
        "item",
        "add",
        "item",
        "add",
        "item",
        "condition",
        "condition",
    ];
    assert_eq!(steps(|| assert_eq!(rounds(2), 0)), expected);
    assert_eq!(steps(|| _ = rounds(0)), ["item", "condition"]);
}

macro_rules! load {
    ($place:expr) => {{
        marker!("load", reads($place));
        $place
    }};
}

#[test]
fn the_explicit_form_works_in_closures_and_macros() {
    let value = 1;
    let read = move || {
        marker!("größe.first-2", reads(value, &value), writes(value),);
        load!(value)
    };
    let expected = ["größe.first-2", "load"];
    assert_eq!(steps(move || assert_eq!(read(), 1)), expected);
}

#[test]
fn places_are_not_evaluated_outside_any_run() {
    fn never() -> &'static u32 {
        panic!("a place was evaluated")
    }
    marker!("read", reads(*never()), writes(*never()));
}

#[test]
fn places_are_evaluated_by_the_thread_that_reaches_the_marker() {
    fn element(items: &[u32], at: usize) -> &u32 {
        marker!("on_the_way");
        &items[at]
    }
    let explorer = |at| {
        Explorer::new(|| [1, 2])
            .thread("t", move |items: &[u32; 2]| {
                marker!("load", reads(element(items, at)), writes(items[at]));
            })
            .replay(&Schedule::default())
    };
    let execution = explorer(1);
    let steps = execution.steps();
    assert_eq!(steps.len(), 2);
    assert_eq!(steps[0].marker(), "on_the_way");
    // A panic there is one of the program's.
    let execution = explorer(2);
    let Some(FailureKind::Panic(panic)) = execution.failure_kind() else {
        panic!("{execution}");
    };
    assert_eq!(panic.thread(), "t");
    assert!(panic.panic().message().starts_with("index out of bounds"));
}

#[test]
fn a_marker_outside_any_run_does_nothing() {
    assert_eq!(rounds(3), 0);
}
