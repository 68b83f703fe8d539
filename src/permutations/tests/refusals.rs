//! Schedules that do not belong to the lists, and their errors.

use super::super::rank;
use crate::error::ErrorKind;
use crate::schedule;
use crate::schedule::Schedule;

/// Returns the error for a schedule for the lists `a: x, y` and `b: x`, after the common start.
fn refusal(schedule: &Schedule) -> String {
    let error = rank([("a", vec!["x", "y"]), ("b", vec!["x"])], schedule).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotOfTheseMarkers);
    let message = error.to_string();
    let rest = message.strip_prefix("not a schedule of these marker lists: ");
    rest.expect(&message).to_owned()
}

#[test]
fn a_marker_out_of_turn_is_refused() {
    assert_eq!(
        refusal(&schedule![a: y, a: x, b: x]),
        "step 1 is `a:y`, expected `a:x` or `b:x`"
    );
    assert_eq!(
        refusal(&schedule![a: x, b: x, a: x]),
        "step 3 is `a:x`, expected `a:y`"
    );
}

#[test]
fn a_thread_without_a_list_is_refused() {
    assert_eq!(
        refusal(&schedule![a: x, "thread 2": x]),
        "step 2 is `\"thread 2\":x`, expected `a:y` or `b:x`"
    );
}

#[test]
fn a_thread_that_has_ended_is_refused() {
    assert_eq!(
        refusal(&schedule![b: x, b: x]),
        "step 2 is `b:x`, expected `a:x`"
    );
}

#[test]
fn a_schedule_that_ends_early_is_refused() {
    assert_eq!(
        refusal(&schedule![]),
        "step 1 is missing, expected `a:x` or `b:x`"
    );
    assert_eq!(
        refusal(&schedule![a: x, b: x]),
        "step 3 is missing, expected `a:y`"
    );
}

#[test]
fn a_schedule_that_goes_on_is_refused() {
    assert_eq!(
        refusal(&schedule![a: x, a: y, b: x, b: x]),
        "step 4 is `b:x`, expected the end after 3 steps"
    );
}
