//! Markers of both kinds under the engine: which steps a thread makes.

use interlace::{Explorer, Schedule, marker};

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
fn a_marker_outside_any_run_does_nothing() {
    assert_eq!(rounds(3), 0);
}
