//! Texts of strategies, there and back.

use proptest::prelude::*;
use proptest::strategy::Strategy as _;

use super::Strategy;
use super::*;
use crate::schedule::Step;

fn strategies() -> impl proptest::strategy::Strategy<Value = Strategy> {
    let schedule = prop::collection::vec(("[a-z :]{1,4}", "[a-z]{1,3}"), 0..4);
    prop_oneof![
        Just(Strategy::Automatic),
        Just(Strategy::Reduced),
        Just(Strategy::Exhaustive),
        any::<usize>().prop_map(Strategy::Preemptions),
        any::<u64>().prop_map(|schedules| Strategy::Random { schedules }),
        any::<u64>().prop_map(|schedules| Strategy::Uniform { schedules }),
        (1..usize::MAX, any::<u64>())
            .prop_map(|(depth, schedules)| Strategy::Pct { depth, schedules }),
        any::<u64>().prop_map(|schedules| Strategy::Pos { schedules }),
        any::<u64>().prop_map(|schedules| Strategy::Surw { schedules }),
        any::<u64>().prop_map(|schedules| Strategy::Feedback { schedules }),
        any::<u64>().prop_map(|schedules| Strategy::Portfolio { schedules }),
        schedule.prop_map(|steps| {
            let steps = steps
                .iter()
                .map(|(thread, marker)| Step::new(thread, marker));
            Strategy::Replay(steps.collect())
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_parses_to_the_same(strategy in strategies()) {
        prop_assert_eq!(strategy.to_string().parse(), Ok(strategy));
    }

    #[test]
    fn any_text_is_a_strategy_or_an_error(text in "[a-z:0-9]{0,20}|.{0,20}") {
        let _ = text.parse::<Strategy>();
    }
}

#[test]
fn numbers_may_be_left_out() {
    for (text, whole) in [
        ("preemptions", "preemptions:2"),
        ("random", "random:1000"),
        ("uniform", "uniform:1000"),
        ("pct", "pct:3:1000"),
        ("pct:5", "pct:5:1000"),
        ("pos", "pos:1000"),
        ("surw", "surw:1000"),
        ("feedback", "feedback:1000"),
        ("portfolio", "portfolio:1000"),
        ("replay:", "replay:"),
    ] {
        assert_eq!(text.parse::<Strategy>().unwrap().to_string(), whole);
    }
}

#[test]
fn what_is_no_strategy_is_told_what_there_is() {
    for text in [
        "",
        "Random",
        "exhaustive:1",
        "pct:0",
        "pct:3:1:1",
        "pos:-1",
        "random:",
        "dfs",
    ] {
        let error = text.parse::<Strategy>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadStrategy);
        let start = format!("`{text}` is no strategy: it must be `automatic`, ");
        assert!(error.to_string().starts_with(&start), "{error}");
    }
    for name in Name::ALL {
        assert!(WANTS.contains(&format!("`{}", name.name())), "{name:?}");
    }
    let error = "replay:a".parse::<Strategy>().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadSchedule);
}
