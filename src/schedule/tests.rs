use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::{Schedule, Step, StepKind};
use crate::error::ErrorKind;
use crate::named::Named as _;

fn refusal(line: &str) -> String {
    let error = line.parse::<Schedule>().expect_err(line);
    assert_eq!(error.kind(), ErrorKind::BadSchedule);
    error.to_string()
}

#[test]
fn preemptions_are_switches_away_from_a_thread_that_comes_again() {
    assert_eq!(schedule![].preemptions(), 0);
    assert_eq!(schedule![a: x, a: y, b: x, b: y].preemptions(), 0);
    assert_eq!(schedule![a: x, b: x, b: y, a: y].preemptions(), 1);
    assert_eq!(schedule![a: x, b: x, a: y, b: y].preemptions(), 2);
}

#[test]
fn a_line_may_name_the_version_of_its_format() {
    let plain: Schedule = "a:x b:y".parse().unwrap();
    assert_eq!("v1 a:x b:y".parse(), Ok(plain));
    assert_eq!(
        "v1:x".parse(),
        Ok(schedule![v1: x]),
        "a thread may be named v1"
    );
    assert_eq!("v1".parse(), Ok(schedule![]));
    assert_eq!("v2 a:x b:y".parse(), Ok(schedule![a: x, b: y]));
    assert!(refusal("v3 a:x").contains("version `v3`"));
}

#[test]
fn a_step_after_a_wait_is_told_from_one_at_a_marker() {
    let schedule = schedule![
        a: lock, "b 1": x, a: resume(lock), c: resume, c: timeout, a: timeout(recv),
        b: spurious("1"), b: cancel(x)
    ];
    let line = "a:lock \"b 1\":x a:resume(lock) c:resume c:timeout a:timeout(recv) b:spurious(1) \
                b:cancel(x)";
    assert_eq!(schedule.to_string(), line);
    assert_eq!(line.parse(), Ok(schedule.clone()));
    let kinds: Vec<StepKind> = schedule.steps().iter().map(Step::kind).collect();
    // Without a marker in brackets, a keyword is the name of one.
    let expected = [
        StepKind::Marker,
        StepKind::Marker,
        StepKind::Resume,
        StepKind::Marker,
        StepKind::Marker,
        StepKind::Timeout,
        StepKind::Spurious,
        StepKind::Cancel,
    ];
    assert_eq!(kinds, expected);
    let rust = "schedule![a: lock, \"b 1\": x, a: resume(lock), c: resume, c: timeout, \
                a: timeout(recv), b: spurious(\"1\"), b: cancel(x)]";
    assert_eq!(schedule.to_rust(), rust);
}

#[test]
fn threads_that_the_program_starts_need_no_quotes() {
    let schedule = Schedule::new([Step::new("main/1", "start")]);
    assert_eq!(schedule.to_string(), "main/1:start");
    assert_eq!("main/1:start".parse(), Ok(schedule));
}

#[test]
fn a_bad_line_is_told_with_its_column() {
    assert!(refusal("thread1").contains("expected `:` and a marker after the thread `thread1`"));
    assert!(
        refusal("a:x b:")
            .contains("expected the name of a marker, found the end of the line (column 7)")
    );
    assert!(refusal("a:x,b:y").contains("expected a space after the step, found `,` (column 4)"));
    assert!(refusal(":x").contains("expected the name of a thread, found `:` (column 1)"));
    assert!(refusal("a:resume(x b:y").contains("expected `)` after the marker"));
    assert!(
        refusal("a:start(x)").contains("expected a space after the step, found `(` (column 8)")
    );
    assert!(refusal("a:resume()").contains("expected the name of a marker, found `)` (column 10)"));
    assert!(refusal("\"a:x").contains("not closed"));
    assert!(refusal(r#""\q":x"#).contains("after `\\`"));
    assert!(refusal(r#""\u{110000}":x"#).contains("hexadecimal"));
}

#[test]
fn the_rust_form_quotes_what_is_no_identifier() {
    let odd = Schedule::new([Step::new("1st", "a-b"), Step::new("", "\"")]);
    assert_eq!(odd.to_rust(), r#"schedule!["1st": "a-b", "": "\""]"#);
    assert_eq!(schedule!["1st": "a-b", "": "\""], odd);
}

#[test]
fn what_is_no_single_step_is_refused_where_it_goes_wrong() {
    for (text, says) in [
        ("", "the name of a thread"),
        (" a:x", "the name of a thread"),
        ("a", "`:`"),
        ("a:x b:y", "the end of the step, found ` `"),
        ("a:resume(x", "`)`"),
    ] {
        let error = text.parse::<Step>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadSchedule);
        assert!(error.to_string().contains(says), "{error}");
    }
}

proptest! {
    #[test]
    fn every_schedule_prints_and_parses_back(
        steps in vec((".*", ".*|resume|cancel", select(StepKind::ALL)), 0..6),
    ) {
        let step = |(thread, marker, kind): &(String, String, StepKind)| {
            Step::of_kind(*kind, thread, marker)
        };
        let schedule: Schedule = steps.iter().map(step).collect();
        for step in schedule.steps() {
            prop_assert_eq!(step.to_string().parse(), Ok(step.clone()));
        }
        prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
    }

    #[test]
    fn any_text_is_a_schedule_or_an_error(line in ".*") {
        if let Ok(schedule) = line.parse::<Schedule>() {
            prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
        }
    }

    #[test]
    fn text_that_is_nearly_a_schedule_is_one_or_an_error(line in r#"(v[0-9]|resume\(|timeout\(|start\(|["a:\\u{}() ]){0,12}"#) {
        if let Ok(schedule) = line.parse::<Schedule>() {
            prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
        }
    }
}
