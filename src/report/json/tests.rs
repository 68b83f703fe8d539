mod kinds;

use std::time::Duration;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Strategy;

use super::*;
use crate::engine::{Engine, PointsNote, Timeouts, WaitRules};
use crate::failure::{Conflicts, FailureKind, Hook};
use crate::must_use::MustUse;
use crate::report::marker_home::Home;
use crate::report::{PageNote, SaveTarget, WorkerCount};
use crate::schedule::{Schedule, Step, StepKind};
use kinds::{conflicts, earlier_panics, errors, kinds, pairs, timelines};

fn schedules() -> impl Strategy<Value = Schedule> {
    let kind = prop::sample::select(StepKind::ALL);
    let step =
        (kind, pairs()).prop_map(|(kind, (thread, marker))| Step::of_kind(kind, thread, marker));
    vec(step, 0..4).prop_map(Schedule::new)
}

fn failures() -> impl Strategy<Value = Failure> {
    let minimal = prop_oneof![
        any::<u64>().prop_map(|executions| Minimal::Proved { executions }),
        any::<u64>().prop_map(|executions| Minimal::Budget { executions }),
        Just(Minimal::NotTried),
        Just(Minimal::KeepsState),
        Just(Minimal::Saved),
        Just(Minimal::Given),
    ];
    let how = (
        kinds(),
        minimal,
        option::of(any::<bool>()),
        earlier_panics(),
    );
    let texts = (timelines(), timelines(), conflicts(), any::<String>());
    let numbers = any::<(u64, usize)>();
    (how, schedules(), schedules(), numbers, texts, kept()).prop_map(
        |(how, schedule, found, (index, preemptions), texts, kept)| {
            let (timeline, found_timeline, conflicts, regression) = texts;
            Failure {
                kind: how.0,
                panics: how.3,
                schedule,
                found_schedule: found,
                index,
                preemptions,
                minimal: how.1,
                reproduced: how.2,
                timeline,
                found_timeline,
                conflicts: Conflicts(conflicts),
                regression,
                kept,
            }
        },
    )
}

fn kept() -> impl Strategy<Value = Kept> {
    let marker = (any::<[String; 4]>(), any::<u32>());
    let marker = marker.prop_map(|([file, source, name, package], line)| MarkerLine {
        file,
        line,
        source,
        name,
        package,
    });
    let home = prop::sample::select(Home::ALL);
    let markers = vec((marker, home), 0..3);
    let texts = any::<[String; 2]>();
    (markers, texts, any::<bool>()).prop_map(|(markers, [test, obstacle], is_later)| {
        let (markers, homes) = markers.into_iter().unzip();
        Kept {
            markers,
            homes,
            test,
            is_later,
            obstacle,
        }
    })
}

fn ends() -> impl Strategy<Value = StoppedBy> {
    prop_oneof![
        Just(StoppedBy::Exhausted),
        Just(StoppedBy::FirstFailure),
        any::<u64>().prop_map(StoppedBy::MaxSchedules),
        any::<u64>().prop_map(StoppedBy::Cases),
        any::<u64>().prop_map(StoppedBy::Sampled),
        any::<usize>().prop_map(StoppedBy::MaxPreemptions),
        any::<Duration>().prop_map(StoppedBy::TimeLimit),
        Just(StoppedBy::SavedFailure),
        Just(StoppedBy::Replayed),
        errors().prop_map(StoppedBy::Error),
    ]
}

fn origins() -> impl Strategy<Value = SearchIdentity> {
    let texts = any::<(String, String, String, String)>();
    let shard = any::<(u32, u32)>().prop_map(|(number, of)| Shard::new(number, of));
    let threads = vec((any::<String>(), any::<u32>()), 0..4);
    let waits = prop::sample::select(Timeouts::ALL);
    let waits = (waits, any::<(bool, u32)>());
    let waits = waits.prop_map(|(timeouts, (real_time, spurious_wakeups))| WaitRules {
        timeouts,
        real_time,
        spurious_wakeups,
    });
    let rules = (waits, any::<String>().prop_map(PointsNote));
    (texts, any::<(u64, bool, u64)>(), threads, (shard, rules)).prop_map(
        |((package, test, explored_at, strategy), numbers, threads, (shard, (waits, points)))| {
            let (round, keeps_going, seed) = numbers;
            SearchIdentity {
                package,
                test,
                explored_at,
                round,
                threads: threads.iter().map(|thread| thread.0.clone()).collect(),
                strategy,
                keeps_going,
                waits,
                points,
                seed,
                shard,
                steps: threads.iter().map(|thread| thread.1).collect(),
            }
        },
    )
}

fn saved_runs() -> impl Strategy<Value = SavedRuns> {
    let stale = vec((schedules(), any::<String>()), 0..3);
    let held = vec(schedules(), 0..3);
    (any::<String>(), held, stale, option::of(schedules())).prop_map(
        |(place, held, stale, failing)| SavedRuns {
            place,
            held,
            stale,
            failing,
        },
    )
}

fn verified() -> impl Strategy<Value = Verified> {
    prop_oneof![
        Just(Verified::No),
        Just(Verified::Nothing),
        any::<u64>().prop_map(Verified::Pairs),
    ]
}

fn sampled() -> impl Strategy<Value = Sampled> {
    let strategy = prop_oneof![
        Just(crate::strategy::Strategy::Preemptions(3)),
        any::<u64>().prop_map(|schedules| crate::strategy::Strategy::Pct {
            depth: 2,
            schedules
        }),
    ];
    let sampled = (strategy, any::<(u64, u64)>());
    sampled.prop_map(|(strategy, (seed, uniform))| Sampled {
        strategy,
        seed,
        uniform,
    })
}

pub(in crate::report) fn reports() -> impl Strategy<Value = Report> {
    // Counts whose sum fits.
    let counts = vec(0..u64::MAX / 16, Verdict::ALL.len());
    let ending = (any::<(u64, u64)>(), schedules());
    let ending = ending.prop_map(|((count, failing), example)| OutcomeSummary {
        count,
        failing,
        example,
    });
    let outcomes = (
        btree_map(any::<String>(), ending, 0..4),
        vec(any::<String>(), 0..3),
    );
    let engine = prop::sample::select(Engine::ALL);
    let found = (counts, outcomes, option::of(failures()), ends());
    let sampled = sampled();
    let no_classes = option::of(any::<String>()).prop_map(NoClasses);
    let unreached = vec(any::<String>(), 0..3);
    let coverage = (unreached, any::<bool>()).prop_map(|(unreached, has_no_choice)| Coverage {
        unreached,
        has_no_choice,
    });
    let verified = (verified(), no_classes, coverage, any::<u64>());
    let origin = (origins(), option::of(sampled), verified);
    (found, any::<Duration>(), engine, origin, saved_runs()).prop_map(
        |(
            (counts, (outcomes, allowed), failure, stopped_by),
            elapsed,
            engine,
            (origin, sampled, (verified, no_classes, coverage, repeats)),
            saved_runs,
        )| {
            let mut tally = Tally::default();
            for (&verdict, count) in Verdict::ALL.iter().zip(counts) {
                tally.add_many(verdict, count).expect("the sum fits");
            }
            Report {
                unread: MustUse::default(),
                workers: WorkerCount::default(),
                tally,
                outcomes,
                allowed,
                failure,
                stopped_by,
                elapsed,
                engine,
                origin,
                saved_runs,
                sampled,
                verified,
                no_classes,
                coverage,
                repeats: RepeatCount(repeats),
                save_target: SaveTarget::default(),
                page: PageNote::default(),
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_back(report in reports()) {
        let line = report.to_json();
        prop_assert!(!line.contains('\n'), "{}", line);
        prop_assert_eq!(Report::from_json(&line), Ok(report));
    }
}

#[test]
fn what_is_no_report_is_an_error_that_says_where() {
    let report = Report::refused(Error::new(ErrorKind::NoMarkers, "no markers"));
    let line = report.to_json();
    assert_eq!(Report::from_json(&line), Ok(report));
    let with = |from: &str, to: &str| {
        assert!(line.contains(from), "{line}");
        line.replace(from, to)
    };
    for (text, says) in [
        (String::new(), "no JSON: EOF while parsing"),
        ("[1]".to_owned(), "the document has no `interlace_report`"),
        (
            with("\"interlace_report\":2", "\"interlace_report\":3"),
            "interlace_report is not known here; a newer interlace may have written it",
        ),
        (
            with("\"threads\":[]", "\"threads\":[\"a\",1]"),
            "origin.threads.1 is no text",
        ),
        (with("\"round\":0", "\"round\":-1"), "origin.round is no wh"),
        (with("[0,0]", "[0,1000000000]"), "elapsed.1 is a second"),
        (
            with("no_markers", "mo_narkers"),
            "stopped_by.error.kind is not known",
        ),
        (
            with(
                "\"verdicts\":{}",
                &format!("\"verdicts\":{{\"held\":{},\"panicked\":1}}", u64::MAX),
            ),
            "verdicts has too large a sum",
        ),
    ] {
        let error = Report::from_json(&text).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadReport);
        let begins = format!("not a report of interlace: {says}");
        assert!(error.to_string().starts_with(&begins), "{error}");
    }
}

#[test]
fn reports_of_version_1_are_read_and_say_what_they_said() {
    let lines = include_str!("tests/version_1.jsonl").lines();
    let kinds = lines.map(|line| {
        let report = Report::from_json(line).unwrap();
        let again = Report::from_json(&report.to_json()).unwrap();
        assert_eq!(again, report);
        let text = report.to_string();
        assert_eq!(again.to_string(), text);
        let told: Value = serde_json::from_str(line).unwrap();
        let timeline = told["failure"]["timeline"].as_str().unwrap();
        assert!(text.contains(&format!("\n\n{timeline}\n")), "{text}");
        let failure = report.failure.unwrap();
        assert_eq!(failure.conflicts(), []);
        failure.kind
    });
    let [deadlock, step_limit, time_out, panic] = &kinds.collect::<Vec<_>>()[..] else {
        panic!("as many lines as kinds");
    };
    let position = "is paused at second (examples/v1.rs:9), and what it acquires there is not free";
    let last = "`&forks[second]`: the last to acquire it at a marker was";
    assert_eq!(
        deadlock.to_string(),
        format!(
            "deadlock: no thread can go on\nwhere each thread stands:\n  \
             left   {position}\n           {last} right, at first (examples/v1.rs:7)\n  \
             right  {position}\n           {last} left, at first (examples/v1.rs:7)\n\
             by these markers, a cycle: left waits for right, right waits for left"
        )
    );
    assert_eq!(
        step_limit.to_string(),
        "step limit: the execution was not at its end after 7 steps. If it is meant to be that \
         long, raise `max_steps`\nwhere each thread stands:\n  \
         spins  is paused at look (examples/v1.rs:13)\nwhat the last 7 steps passed:\n  \
         7 times spins:look (examples/v1.rs:13)"
    );
    assert_eq!(
        time_out.to_string(),
        "timed out: the check had not come back after 100ms. Its thread cannot be killed and was \
         left behind"
    );
    let FailureKind::PanicInHook(panic) = panic else {
        panic!("{panic}");
    };
    assert_eq!(panic.hook(), Hook::SetUp);
    assert_eq!(
        panic.panic().to_string(),
        "no state\nat examples/v1.rs:15:26"
    );
}
