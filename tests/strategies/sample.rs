//! `Explorer::sample`: proptest's runner, and a report like others.

use std::fs;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{Engine, ErrorKind, Explorer, StoppedBy, Verdict, marker, schedule};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

fn increments(times: usize) -> Explorer<AtomicU32> {
    let increment = move |value: &AtomicU32| {
        for _ in 0..times {
            marker!("read");
            let read = value.load(SeqCst);
            marker!("write");
            value.store(read + 1, SeqCst);
        }
    };
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .engine(Engine::Fibers)
        .outcome(|value| value.load(SeqCst))
}

fn config(cases: u32) -> Config {
    Config {
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(7),
        ..Config::with_cases(cases)
    }
}

#[test]
fn as_many_cases_are_run_as_proptest_is_told_to_run() {
    let report = increments(2).sample(config(50));
    report.assert_ok();
    assert_eq!(report.schedules(), 50);
    assert_eq!(report.stopped_by(), &StoppedBy::Cases(50));
    assert!(!report.is_exhaustive());
    let text = report.to_string();
    let head = "interlace: no failure in 50 schedules; stopped after 50 cases: others were not run";
    assert!(text.starts_with(head), "{text}");
    assert_eq!(report.outcomes().map(|(_, count)| count).sum::<u64>(), 50);
}

#[test]
fn the_first_failure_is_shrunk_as_that_of_a_search() {
    let report = increments(10)
        .check(|value| assert_eq!(value.load(SeqCst), 20))
        .sample(config(1000));
    assert_eq!(report.stopped_by(), &StoppedBy::FirstFailure);
    let failure = report.assert_fails();
    assert_eq!(failure.index(), report.schedules());
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
    let regression = failure.regression();
    let end = ".check(|value| assert_eq!(value.load(SeqCst), 20))
        .replay(&interlace::schedule![a: read, b: read])
        .assert_ok();
}";
    assert!(regression.ends_with(end), "{regression}");
}

#[test]
fn the_same_seed_gives_the_same_report_on_both_engines() {
    let sample = |engine| {
        let explorer = increments(3).keep_going().engine(engine);
        explorer.sample(config(40)).to_string()
    };
    assert_eq!(sample(Engine::Fibers), sample(Engine::Threads));
    let other = Config {
        rng_seed: RngSeed::Fixed(8),
        ..config(40)
    };
    assert_ne!(
        sample(Engine::Fibers),
        increments(3).sample(other).to_string()
    );
}

#[test]
fn a_sample_that_keeps_going_counts_every_failure() {
    let report = increments(1)
        .check(|value| assert_eq!(value.load(SeqCst), 2))
        .keep_going()
        .sample(config(200));
    assert_eq!(report.schedules(), 200);
    let verdicts: Vec<_> = report.verdicts().map(|(verdict, _)| verdict).collect();
    assert_eq!(verdicts, [Verdict::Held, Verdict::CheckFailed]);
    assert_eq!(report.stopped_by(), &StoppedBy::Cases(200));
}

#[test]
fn limits_end_a_sample_and_the_report_says_which() {
    let report = increments(2).max_schedules(5).sample(config(50));
    assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(5));
    assert_eq!(report.schedules(), 5);
    let report = increments(2).time_limit(Duration::ZERO).sample(config(50));
    let limit = StoppedBy::TimeLimit(Duration::ZERO);
    assert_eq!((report.stopped_by(), report.schedules()), (&limit, 0));
}

#[test]
fn what_cannot_be_sampled_is_an_error() {
    let report = Explorer::new(|| ()).sample(config(1));
    assert_eq!(report.error().unwrap().kind(), ErrorKind::NoThreads);
    let report = Explorer::new(|| ()).thread("a", |()| ()).sample(config(1));
    assert_eq!(report.error().unwrap().kind(), ErrorKind::NoMarkers);
    let report = increments(1)
        .allow_outcomes([2])
        .serializable(|value| value.load(SeqCst));
    assert!(report.sample(config(100)).failure().is_some());
}

#[test]
fn the_seed_of_a_failure_is_kept_and_run_first_the_next_time() {
    let path = std::env::temp_dir().join(format!("interlace-sample-{}.txt", std::process::id()));
    let _ = fs::remove_file(&path);
    let kept: &'static str = path.to_str().unwrap().to_owned().leak();
    let config = |cases, seed| Config {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(kept))),
        rng_seed: RngSeed::Fixed(seed),
        ..Config::with_cases(cases)
    };
    // Fails only when b writes between a's last two steps, and a between b's: some cases pass.
    let explorer = || increments(3).check(|value| assert!(value.load(SeqCst) > 3));
    let found = explorer().sample(config(5000, 3));
    let index = found.assert_fails().index();
    assert!(index > 1, "the first case failed: choose another seed");
    let seeds = fs::read_to_string(&path).unwrap();
    assert!(seeds.contains("cc "), "{seeds}");

    // With another seed, it is the very first case.
    let again = explorer().sample(config(5000, 4));
    assert_eq!(again.assert_fails().index(), 1);
    assert_eq!(
        again.assert_fails().found_schedule(),
        found.assert_fails().found_schedule()
    );
    fs::remove_file(&path).unwrap();
}
