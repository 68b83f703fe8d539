//! What reports say of searches that do not run every schedule.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use interlace::{
    Engine, ErrorKind, Explorer, Repeats, Report, Schedule, StoppedBy, Strategy, marker,
    permutations, schedule,
};

const SAMPLES: [Strategy; 7] = [
    Strategy::Random { schedules: 300 },
    Strategy::Uniform { schedules: 300 },
    Strategy::Pct {
        depth: 3,
        schedules: 300,
    },
    Strategy::Pos { schedules: 300 },
    Strategy::Surw { schedules: 300 },
    Strategy::Feedback { schedules: 300 },
    Strategy::Portfolio { schedules: 300 },
];

/// Two threads with so many steps each.
fn steps(count: usize) -> Explorer<()> {
    let body = move |(): &()| (0..count).for_each(|_| marker!("step"));
    let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    explorer.engine(Engine::Fibers)
}

/// Two increments, one of which is lost in 4 of 6 schedules.
fn lost_update() -> Explorer<AtomicU32> {
    let increment = |value: &AtomicU32| {
        marker!("read");
        let read = value.load(SeqCst);
        marker!("write");
        value.store(read + 1, SeqCst);
    };
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .outcome(|value| value.load(SeqCst))
        .check(|value| assert_eq!(value.load(SeqCst), 2))
}

#[test]
fn a_sample_says_that_it_is_one_and_how_to_draw_it_again() {
    for strategy in SAMPLES {
        let report = steps(10).strategy(strategy.clone()).seed(7).explore();
        assert_eq!(report.stopped_by(), &StoppedBy::Sampled(300));
        assert!(!report.is_exhaustive());
        assert_eq!((report.schedules(), report.failing()), (300, 0));
        let expected = format!(
            "interlace: no failure in 300 sampled schedules ({strategy}, seed 7); this is a \
             sample, not a proof"
        );
        assert!(report.to_string().starts_with(&expected), "{report}");
    }
}

#[test]
fn only_a_uniform_sample_bounds_the_share_that_fails() {
    for strategy in SAMPLES {
        let report = steps(10).strategy(strategy.clone()).explore();
        // 1 - 0.05^(1/299) = 0.99690 %. The first execution is not counted: it knows no steps.
        let bound = "\n299 of them were drawn with all schedules equally likely: less than 1.00 % \
                     of all schedules fail (95 % confidence)";
        let is_uniform = matches!(strategy, Strategy::Uniform { .. });
        assert_eq!(report.to_string().ends_with(bound), is_uniform, "{report}");
    }
    // One that has more steps when it comes second.
    let varied = Explorer::new(AtomicU32::default)
        .thread("a", |first| {
            marker!("come");
            if first.swap(1, SeqCst) == 1 {
                marker!("wait");
            }
        })
        .thread("b", |first| {
            marker!("come");
            first.store(1, SeqCst);
        });
    let report = varied
        .strategy(Strategy::Uniform { schedules: 100 })
        .explore();
    assert!(report.to_string().ends_with("not a proof"), "{report}");
}

#[test]
fn a_failure_in_a_sample_is_counted_and_shrunk() {
    let report = lost_update()
        .strategy(Strategy::Uniform { schedules: 300 })
        .keep_going()
        .explore();
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
    // Four of six is 200 of 300, with a standard deviation of 8.
    assert!((160..240).contains(&report.failing()), "{report}");
    let text = report.to_string();
    assert!(
        text.contains("of 300 sampled schedules (uniform:300, seed 0) failed"),
        "{text}"
    );
    assert!(!text.contains("confidence"), "{text}");
    let outcomes: Vec<_> = report.outcomes().map(|(outcome, _)| outcome).collect();
    assert_eq!(outcomes, ["1", "2"]);
}

#[test]
fn a_portfolio_that_comes_to_every_schedule_says_so() {
    // Two threads with one step: both orders are without a preemption.
    let report = steps(1)
        .strategy(Strategy::Portfolio { schedules: 300 })
        .explore();
    assert_eq!(report.stopped_by(), &StoppedBy::Exhausted);
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 2 schedules; every schedule was run"
    );
    // With three, 20 orders have up to four preemptions: 2 · C(2, 1)^2 = 8 have two.
    let report = steps(3)
        .strategy(Strategy::Portfolio { schedules: 300 })
        .explore();
    assert_eq!(report.stopped_by(), &StoppedBy::Sampled(300));
}

#[test]
fn a_bound_on_preemptions_says_what_it_left_out() {
    let explore = |max| steps(3).strategy(Strategy::Preemptions(max)).explore();
    // With m preemptions: 2 C(2, ceil(m / 2)) C(2, floor(m / 2)), that is 2, 4, 8, 4, 2.
    for (max, schedules) in [(0, 2), (1, 6), (2, 14), (3, 18)] {
        let report = explore(max);
        assert_eq!(report.schedules(), schedules);
        assert_eq!(report.stopped_by(), &StoppedBy::MaxPreemptions(max));
        assert!(!report.is_exhaustive());
    }
    assert_eq!(
        explore(1).to_string(),
        "interlace: no failure in 6 schedules; every schedule with at most 1 preemption was run; \
         there are others"
    );
    for max in [4, 5, usize::MAX] {
        let report = explore(max);
        assert_eq!((report.schedules(), report.is_exhaustive()), (20, true));
    }
}

#[test]
fn limits_hold_for_every_strategy() {
    let strategies = SAMPLES.into_iter().chain([Strategy::Preemptions(9)]);
    for strategy in strategies {
        let explorer = || steps(10).strategy(strategy.clone());
        for max in [0, 1, 3, 100] {
            let report = explorer().max_schedules(max).explore();
            assert_eq!(report.schedules(), max);
            assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(max));
        }
        let report = explorer().time_limit(Duration::ZERO).explore();
        assert_eq!(report.stopped_by(), &StoppedBy::TimeLimit(Duration::ZERO));
        assert_eq!(report.schedules(), 0);
    }
}

#[test]
fn a_sample_of_none_claims_nothing() {
    for strategy in ["random:0", "portfolio:0"] {
        let report = steps(2).strategy(strategy.parse().unwrap()).explore();
        assert_eq!(report.stopped_by(), &StoppedBy::Sampled(0));
        assert!(!report.is_exhaustive());
    }
}

#[test]
fn a_sample_of_a_program_without_markers_is_an_error() {
    for strategy in SAMPLES {
        let report = steps(0).strategy(strategy).explore();
        assert_eq!(report.error().unwrap().kind(), ErrorKind::NoMarkers);
    }
}

fn replay(schedule: Schedule) -> Report {
    let explorer = lost_update().strategy(Strategy::Replay(schedule));
    explorer.explore()
}

#[test]
fn a_replay_runs_one_schedule_and_reports_it_like_any_other() {
    let report = replay(Schedule::default());
    report.assert_ok();
    assert_eq!(report.stopped_by(), &StoppedBy::Replayed);
    assert!(!report.is_exhaustive());
    assert_eq!(report.outcomes().collect::<Vec<_>>(), [("2", 1)]);
    assert_eq!(
        report.to_string().lines().next().unwrap(),
        "interlace: no failure in 1 schedule; the schedule to replay, and no other, was run"
    );
    let report = replay(schedule![b: read, a: read, a: write, b: write]);
    assert_eq!((report.schedules(), report.failing()), (1, 1));
    let failure = report.assert_fails();
    assert_eq!(
        failure.found_schedule(),
        &schedule![b: read, a: read, a: write, b: write]
    );
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
}

#[test]
fn a_schedule_that_does_not_fit_is_the_same_error_as_in_a_replay() {
    for wrong in [
        schedule![a: write],
        schedule![nobody: read],
        schedule![a: read, a: write, b: read, b: write, a: read],
    ] {
        let report = replay(wrong.clone());
        let error = report.error().unwrap().to_string();
        assert_eq!(report.schedules(), 0);
        let execution = lost_update().replay(&wrong);
        let text = execution.failure_kind().unwrap().to_string();
        assert_eq!(text, error);
    }
}

/// The executions of a sample, in order.
fn drawn(strategy: &Strategy, seed: u64) -> Vec<String> {
    let drawn = Arc::new(Mutex::new(Vec::new()));
    let body = |name: char| {
        move |log: &Mutex<String>| {
            for _ in 0..5 {
                marker!("push");
                log.lock().unwrap().push(name);
            }
        }
    };
    let own = Arc::clone(&drawn);
    Explorer::new(Mutex::<String>::default)
        .thread("a", body('a'))
        .thread("b", body('b'))
        .check(move |log| own.lock().unwrap().push(log.lock().unwrap().clone()))
        .engine(Engine::Fibers)
        .workers(1)
        .strategy(strategy.clone())
        .seed(seed)
        .repeats(Repeats::Never)
        .explore()
        .assert_ok();
    Arc::try_unwrap(drawn).map_or_else(
        |drawn| drawn.lock().unwrap().clone(),
        |drawn| drawn.into_inner().unwrap(),
    )
}

#[test]
fn the_same_seed_draws_the_same_executions_and_another_draws_others() {
    for strategy in SAMPLES {
        let one = drawn(&strategy, 1);
        // A portfolio comes through the two without a preemption again on the way to the 18 with
        // one: it runs them, and does not count them.
        let is_portfolio = strategy == Strategy::Portfolio { schedules: 300 };
        assert_eq!(one.len(), if is_portfolio { 302 } else { 300 });
        assert_eq!(drawn(&strategy, 1), one, "{strategy}");
        assert_ne!(drawn(&strategy, 2), one, "{strategy}");
    }
}

#[test]
fn uniform_comes_to_most_schedules_before_it_repeats_many() {
    // 10! / (5! 5!) = 252 schedules. Of 2520 that are drawn, each is missed with probability e^-10.
    let schedules = 2520;
    let seen: BTreeSet<_> = drawn(&Strategy::Uniform { schedules }, 1)
        .into_iter()
        .collect();
    let all = permutations::count([("a", vec!["push"; 5]), ("b", vec!["push"; 5])]);
    assert_eq!(Ok(seen.len() as u128), all);
}
