//! Every execution ends in exactly one verdict, and a report claims no more than was done.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use interlace::failure::Hook;
use interlace::{
    Engine, ErrorKind, Explorer, FailureKind, Report, Schedule, StoppedBy, Verdict, marker,
    schedule,
};

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let temp = value.load(SeqCst); // interlace: read
    value.store(temp + 1, SeqCst); // interlace: write
}

fn two_increments() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
}

/// Explores on both engines, and on fibers with several workers; asserts that all say the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let explore = |engine, workers| explorer().engine(engine).workers(workers).explore();
    let report = explore(Engine::Threads, 1);
    for (engine, workers) in [
        (Engine::Threads, 3),
        (Engine::Fibers, 1),
        (Engine::Fibers, 3),
    ] {
        let other = explore(engine, workers);
        assert_eq!(
            other.to_string(),
            report.to_string(),
            "{engine:?}, {workers}"
        );
        assert_eq!(verdicts(&other), verdicts(&report), "{engine:?}, {workers}");
        assert_eq!(other.stopped_by(), report.stopped_by());
    }
    report
}

fn verdicts(report: &Report) -> Vec<(Verdict, u64)> {
    report.verdicts().collect()
}

#[test]
fn a_program_that_holds_is_explored_to_the_end() {
    let report = explore(|| two_increments().check(|value| assert!(value.load(SeqCst) > 0)));
    assert_eq!(verdicts(&report), [(Verdict::Held, 6)]);
    assert!(report.is_exhaustive());
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 6 schedules; every schedule was run"
    );
    report.assert_ok();
}

#[test]
fn a_check_that_fails_is_counted_for_each_schedule_when_told_to_keep_going() {
    // Oracle: of the 6 schedules, 4 lose an update; the second is the first to do so.
    let report = explore(|| {
        two_increments()
            .check(|value| assert_eq!(value.load(SeqCst), 2))
            .outcome(|value| value.load(SeqCst))
            .keep_going()
    });
    assert_eq!(
        verdicts(&report),
        [(Verdict::Held, 2), (Verdict::CheckFailed, 4)]
    );
    assert_eq!(report.outcomes().collect::<Vec<_>>(), [("1", 4), ("2", 2)]);
    assert!(report.is_exhaustive());
    let failure = report.assert_fails();
    assert_eq!(failure.index(), 2);
    assert_eq!(
        failure.found_schedule().to_string(),
        "a:read b:read a:write b:write"
    );
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
    assert_eq!(
        (
            failure.preemptions(),
            failure.found_schedule().preemptions()
        ),
        (1, 2)
    );
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
}

#[test]
fn the_first_failure_ends_the_search_unless_told_otherwise() {
    let report = explore(|| two_increments().check(|value| assert_eq!(value.load(SeqCst), 2)));
    assert_eq!((report.schedules(), report.failing()), (2, 1));
    assert_eq!(report.stopped_by(), &StoppedBy::FirstFailure);
    assert!(!report.is_exhaustive());
}

#[test]
fn a_panic_in_a_thread_is_a_failure_and_ends_its_execution() {
    // The reader panics when it comes before the writer: one of two schedules.
    let report = explore(|| {
        Explorer::new(|| Mutex::new(None))
            .thread("writer", |slot| {
                marker!("put");
                *slot.lock().unwrap() = Some(7);
            })
            .thread("reader", |slot| {
                marker!("take");
                let taken = slot.lock().unwrap().take();
                taken.expect("the slot is empty");
            })
            .keep_going()
    });
    assert_eq!(
        verdicts(&report),
        [(Verdict::Held, 1), (Verdict::Panicked, 1)]
    );
    let failure = report.assert_fails();
    assert_eq!(failure.schedule(), &schedule![reader: take]);
    let FailureKind::Panic(it) = failure.kind() else {
        panic!("{failure}");
    };
    let panic = it.panic();
    assert_eq!(
        (it.thread(), panic.message()),
        ("reader", "the slot is empty")
    );
    assert_eq!(panic.file(), Some(file!()));
}

#[test]
fn an_invariant_is_checked_after_every_step_and_markers_in_it_do_nothing() {
    // Whichever thread goes first leaves the sum at 0 between its two steps.
    let report = explore(|| {
        Explorer::new(|| AtomicU32::new(1))
            .thread("t", |sum| {
                marker!("take");
                sum.fetch_sub(1, SeqCst);
                marker!("give");
                sum.fetch_add(1, SeqCst);
            })
            .invariant("the sum stays", |sum| {
                marker!("inside_an_invariant");
                sum.load(SeqCst) == 1
            })
    });
    assert_eq!(verdicts(&report), [(Verdict::InvariantViolated, 1)]);
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Invariant(it) if it.name() == "the sum stays"));
    assert_eq!(failure.found_schedule(), &schedule![t: take]);
    assert_eq!(
        failure.schedule(),
        &schedule![],
        "it fails whatever the schedule"
    );
}

#[test]
fn an_invariant_is_checked_when_a_task_goes_to_wait() {
    let report = explore(|| {
        Explorer::new(|| AtomicU32::new(1))
            .task("t", async |sum: &AtomicU32| {
                marker!("take");
                sum.store(0, SeqCst);
                std::future::pending::<()>().await;
            })
            .invariant("the sum stays", |sum| sum.load(SeqCst) == 1)
    });
    // Not the deadlock, which comes after it.
    assert_eq!(verdicts(&report), [(Verdict::InvariantViolated, 1)]);
}

#[test]
fn an_invariant_that_panics_is_violated() {
    let report = explore(|| {
        Explorer::new(|| ())
            .thread("t", |()| marker!("x"))
            .invariant("odd", |()| panic!("cannot tell"))
    });
    assert_eq!(verdicts(&report), [(Verdict::InvariantViolated, 1)]);
    assert!(matches!(
        report.assert_fails().kind(),
        FailureKind::InvariantPanic(_)
    ));
}

#[test]
fn a_loop_that_never_gets_its_wish_meets_the_step_limit() {
    let report = explore(|| {
        Explorer::new(AtomicBool::default)
            .thread("waiter", |flag| {
                while !flag.load(SeqCst) {
                    marker!("look");
                }
            })
            .thread("setter", |flag| {
                marker!("set");
                flag.store(true, SeqCst);
            })
            .max_steps(5)
            .keep_going()
    });
    // The setter goes at one of the steps 1 to 5, after which the waiter looks once more, which
    // the limit allows for but in the last case; or it never goes. With w for the waiter's steps:
    // w^5 and w^4 s (limit: the waiter is paused at its marker), and w^k s w for k = 0, 1, 2, 3.
    assert_eq!(
        verdicts(&report),
        [(Verdict::Held, 4), (Verdict::StepLimit, 2)]
    );
    assert!(
        !report.is_exhaustive(),
        "what comes after the limit was not run"
    );
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::StepLimit(limit) if limit.max_steps() == 5));
    assert!(
        failure.to_string().contains("waiter  is paused at look"),
        "{failure}"
    );
    assert!(
        report
            .to_string()
            .contains("2 executions did not reach the end"),
        "{report}"
    );
}

#[test]
fn a_thread_that_hangs_times_out_and_the_search_goes_on_without_it() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let report = Explorer::new(AtomicU32::default)
        .thread("a", |order| {
            marker!("x");
            order.fetch_add(1, SeqCst);
        })
        .thread("b", |order| {
            marker!("y");
            // A sleep would end at once, on the run's own time, and be a step.
            while order.load(SeqCst) == 0 && !RELEASED.load(SeqCst) {
                std::hint::spin_loop();
            }
        })
        .timeout(Duration::from_millis(500))
        .keep_going()
        .explore();
    RELEASED.store(true, SeqCst);
    assert_eq!(
        verdicts(&report),
        [(Verdict::Held, 1), (Verdict::TimedOut, 1)]
    );
    assert!(!report.is_exhaustive());
    let failure = report.assert_fails();
    assert_eq!(
        (failure.index(), failure.found_schedule()),
        (2, &schedule![b: y])
    );
    assert!(!failure.is_proved_minimal() && !failure.is_reproduced());
    let text = failure.to_string();
    assert!(
        text.contains("500ms") && text.contains("left behind"),
        "{text}"
    );
    assert!(text.contains("b  is running, after passing y"), "{text}");
}

#[test]
fn a_setup_a_check_and_a_destructor_that_hang_time_out() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    fn hang() {
        while !RELEASED.load(SeqCst) {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    struct HangsOnDrop;
    impl Drop for HangsOnDrop {
        fn drop(&mut self) {
            hang();
        }
    }
    let short = Duration::from_millis(400);
    let reports = [
        Explorer::new(hang)
            .thread("t", |()| marker!("x"))
            .timeout(short)
            .explore(),
        Explorer::new(|| ())
            .thread("t", |()| marker!("x"))
            .check(|()| hang())
            .timeout(short)
            .explore(),
        Explorer::new(|| HangsOnDrop)
            .thread("t", |_| marker!("x"))
            .timeout(short)
            .explore(),
    ];
    RELEASED.store(true, SeqCst);
    for (report, place) in reports
        .iter()
        .zip(["the setup", "the check", "the destructor"])
    {
        assert_eq!(verdicts(report), [(Verdict::TimedOut, 1)]);
        let text = report.assert_fails().to_string();
        assert!(text.contains(&format!("timed out: {place}")), "{text}");
    }
}

#[test]
fn a_panic_outside_of_the_threads_is_told_from_one_inside() {
    struct PanicsOnDrop;
    impl Drop for PanicsOnDrop {
        fn drop(&mut self) {
            panic!("dropped");
        }
    }
    let reports = [
        explore(|| Explorer::new(|| panic!("made")).thread("t", |()| marker!("x"))),
        explore(|| {
            Explorer::new(|| ())
                .thread("t", |()| marker!("x"))
                .outcome(|()| panic!("told"))
        }),
        explore(|| Explorer::new(|| PanicsOnDrop).thread("t", |_| marker!("x"))),
    ];
    let expected = [
        (Hook::SetUp, "made"),
        (Hook::Outcome, "told"),
        (Hook::DropState, "dropped"),
    ];
    for (report, (hook, message)) in reports.iter().zip(expected) {
        assert_eq!(verdicts(report), [(Verdict::Panicked, 1)]);
        let FailureKind::PanicInHook(failure) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        assert_eq!((failure.hook(), failure.panic().message()), (hook, message));
        let text = failure.to_string();
        assert!(
            text.starts_with(&format!("{hook} panicked: {message}")),
            "{text}"
        );
    }
}

#[test]
fn a_program_without_a_marker_is_an_error_not_a_pass() {
    let report = explore(|| Explorer::new(|| ()).thread("t", |()| ()));
    assert_eq!(report.error().unwrap().kind(), ErrorKind::NoMarkers);
    assert!(!report.is_exhaustive());
    let panic = std::panic::catch_unwind(|| report.assert_ok()).unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(text.contains("no thread reached a marker"), "{text}");
}

#[test]
fn a_program_without_threads_or_with_two_of_one_name_is_an_error() {
    let report = explore(|| Explorer::new(|| ()));
    assert_eq!(report.error().unwrap().kind(), ErrorKind::NoThreads);
    let report = explore(|| {
        Explorer::new(|| ())
            .thread("t", |()| ())
            .thread("t", |()| ())
    });
    assert_eq!(report.error().unwrap().kind(), ErrorKind::DuplicateThread);
}

#[test]
fn a_difference_under_the_same_prefix_ends_the_search_and_shows_both() {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let report = Explorer::new(|| RUNS.fetch_add(1, SeqCst))
        .thread("a", |run| {
            marker!("first");
            if *run == 0 {
                marker!("second");
            } else {
                marker!("surprise");
            }
        })
        .thread("b", |_| marker!("y"))
        .explore();
    // a:first a:second b:y, then a:first again, after which a is at `surprise`.
    assert_eq!(
        verdicts(&report),
        [(Verdict::Held, 1), (Verdict::NonDeterministic, 1)]
    );
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::NonDeterministic);
    let text = error.to_string();
    for part in [
        "after `a:first`",
        "before: a at second (tests/verdicts.rs:",
        "now:    a at surprise (tests/verdicts.rs:",
        "b at y",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
    assert!(report.failure().is_none() && !report.is_exhaustive());
}

#[test]
fn limits_stop_the_search_and_the_report_says_which() {
    let report = explore(|| two_increments().max_schedules(3));
    assert_eq!(
        (report.schedules(), report.stopped_by()),
        (3, &StoppedBy::MaxSchedules(3))
    );
    assert!(!report.is_exhaustive());
    report.assert_no_failure_found();

    let report = explore(|| two_increments().max_schedules(6));
    assert!(report.is_exhaustive(), "there are exactly six");

    let report = explore(|| two_increments().max_schedules(0));
    assert_eq!(report.schedules(), 0);

    let report = explore(|| two_increments().time_limit(Duration::ZERO));
    assert_eq!(
        (report.schedules(), report.stopped_by()),
        (0, &StoppedBy::TimeLimit(Duration::ZERO))
    );
}

#[test]
fn threads_that_unwind_may_wait_for_each_other_in_destructors() {
    // The first paused thread can drop its guard only when the second has let go of the lock.
    struct Locks<'a>(&'a Mutex<()>);
    impl Drop for Locks<'_> {
        fn drop(&mut self) {
            drop(self.0.lock());
        }
    }
    let since = Instant::now();
    let report = Explorer::new(|| Mutex::new(()))
        .thread("fails", |_| {
            marker!("third");
            panic!("now");
        })
        .thread("waits", |lock| {
            let _guard = Locks(lock);
            marker!("first");
        })
        .thread("holds", |lock| {
            let _guard = lock.lock().unwrap();
            marker!("second");
        })
        .timeout(Duration::from_secs(60))
        .explore();
    assert!(
        matches!(report.assert_fails().kind(), FailureKind::Panic(it) if it.thread() == "fails")
    );
    assert!(since.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_thread_that_catches_its_unwinding_is_unwound_again() {
    let report = explore(|| {
        Explorer::new(|| ())
            .thread("stubborn", |()| {
                let _ = std::panic::catch_unwind(|| marker!("first"));
                marker!("second");
                unreachable!("the execution is over");
            })
            .thread("fails", |()| {
                marker!("go");
                panic!("now");
            })
            .max_schedules(3)
            .keep_going()
    });
    assert!(
        report
            .verdicts()
            .all(|(verdict, _)| verdict == Verdict::Panicked),
        "{report}"
    );
}

#[test]
fn replay_runs_one_schedule_and_returns_what_happened() {
    let lost = two_increments()
        .check(|value| assert_eq!(value.load(SeqCst), 2))
        .replay(&schedule![a: read, b: read]);
    assert!(!lost.is_ok());
    assert!(matches!(lost.failure_kind(), Some(FailureKind::Check(_))));
    let steps: Schedule = lost.steps().iter().cloned().collect();
    assert_eq!(steps.to_string(), "a:read b:read b:write a:write");

    let held = two_increments().replay(&Schedule::default());
    assert!(held.is_ok());
    held.assert_ok();

    let unfit = two_increments().replay(&schedule![a: write]);
    let Some(FailureKind::Diverged(error)) = unfit.failure_kind() else {
        panic!("{unfit}");
    };
    assert_eq!(error.kind(), ErrorKind::Diverged);

    let unknown = two_increments().replay(&schedule![c: read]);
    assert!(matches!(
        unknown.failure_kind(),
        Some(FailureKind::Diverged(_))
    ));
}
