//! What a schedule that does not fit its threads is answered with: the kind, and the words.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use interlace::{AsyncTraceExecutor, Error, ErrorKind, Schedule, TraceExecutor, schedule};

/// Long enough that a test which waited for it would be noticed.
const LONG: Duration = Duration::from_secs(60);

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let temp = value.load(SeqCst); // interlace: read_value
    value.store(temp + 1, SeqCst); // interlace: write_value
}

fn prepare(mut executor: TraceExecutor) -> TraceExecutor {
    let value = Arc::new(AtomicU32::new(0));
    for name in ["thread1", "thread2"] {
        let value = Arc::clone(&value);
        executor.run(name, move || increment(&value));
    }
    executor
}

/// The error of two threads that increment, under `schedule`, and found by state, not by waiting.
fn refused(executor: TraceExecutor) -> Error {
    let since = Instant::now();
    let error = prepare(executor).wait(LONG).unwrap_err();
    assert!(since.elapsed() < LONG / 10, "{error}");
    error
}

#[track_caller]
fn assert_says(error: &Error, kind: ErrorKind, parts: &[&str]) {
    assert_eq!(error.kind(), kind, "{error}");
    for part in parts {
        assert!(
            error.to_string().contains(part),
            "`{part}` is not in:\n{error}"
        );
    }
}

/// It was printed by an instrumented build.
#[test]
fn a_step_that_is_an_access_says_what_it_takes() {
    assert_says(
        &refused(TraceExecutor::new(schedule![thread1: "increment.load"])),
        ErrorKind::Diverged,
        &["it looks like an access, which is a step only under `cargo interlace test`"],
    );
}

#[test]
fn a_step_at_another_marker_diverges_and_every_thread_is_told() {
    let schedule = schedule![thread1: read_value, thread1: read_value];
    assert_says(
        &refused(TraceExecutor::new(schedule)),
        ErrorKind::Diverged,
        &[
            "step 2 of 2, `thread1:read_value`, cannot be granted",
            "`thread1` is paused at write_value (tests/executor_errors.rs:15)",
            "\n  thread1  is paused at write_value (tests/executor_errors.rs:15)",
            "\n  thread2  is paused at read_value (tests/executor_errors.rs:14)",
        ],
    );
}

#[test]
fn a_marker_that_is_nearly_right_gets_a_hint() {
    let schedule = schedule![thread1: read_valeu];
    let error = refused(TraceExecutor::new(schedule));
    assert_says(&error, ErrorKind::Diverged, &["did you mean `read_value`?"]);

    let schedule = schedule![thread1: something_else];
    let error = refused(TraceExecutor::new(schedule));
    assert!(!error.to_string().contains("did you mean"), "{error}");
}

#[test]
fn a_step_for_a_thread_that_has_ended_diverges() {
    let schedule = schedule![thread1: read_value, thread1: write_value, thread1: read_value];
    assert_says(
        &refused(TraceExecutor::new(schedule)),
        ErrorKind::Diverged,
        &["step 3 of 3, `thread1:read_value`, cannot be granted: `thread1` has finished"],
    );
}

#[test]
fn an_unknown_thread_is_named_with_those_that_there_are() {
    assert_says(
        &refused(TraceExecutor::new(
            schedule![thread1: read_value, thraed2: read_value],
        )),
        ErrorKind::UnknownThread,
        &[
            "step 2 of 2, `thraed2:read_value`, names a thread that was not added",
            "the threads are `thread1`, `thread2`",
            "did you mean `thread2`?",
        ],
    );
}

#[test]
fn a_schedule_that_is_too_long_is_told_how_much_is_left() {
    let whole = "thread1:read_value thread1:write_value thread2:read_value thread2:write_value";
    let schedule: Schedule = format!("{whole} thread2:write_value thread1:x")
        .parse()
        .unwrap();
    assert_says(
        &refused(TraceExecutor::new(schedule)),
        ErrorKind::ScheduleTooLong,
        &[
            "step 5 of 6, `thread2:write_value`",
            "every thread has ended, and 2 of 6 steps are left",
        ],
    );
}

#[test]
fn an_exact_schedule_that_is_used_up_early_is_an_error() {
    let schedule = schedule![thread1: read_value, thread2: read_value, thread1: write_value];
    assert_says(
        &refused(TraceExecutor::exact(schedule)),
        ErrorKind::ScheduleUsedUp,
        &[
            "its 3 steps are used up",
            "thread `thread2` is paused at write_value",
            "Add `thread2:write_value` as step 4",
            "\n  thread1  has finished",
        ],
    );
}

#[test]
fn an_exact_schedule_without_a_step_for_a_thread_is_an_error() {
    let schedule = schedule![thread1: read_value, thread1: write_value];
    assert_says(
        &refused(TraceExecutor::exact(schedule)),
        ErrorKind::ThreadWithoutSteps,
        &[
            "no step for that thread",
            "thread `thread2` is paused at read_value",
        ],
    );
}

#[test]
fn an_exact_schedule_that_is_whole_is_right() {
    let whole = "thread2:read_value thread1:read_value thread1:write_value thread2:write_value";
    prepare(TraceExecutor::exact(whole.parse().unwrap()))
        .wait(LONG)
        .unwrap();
}

#[test]
fn a_short_schedule_and_the_empty_one_are_complete_in_themselves() {
    for schedule in [schedule![], schedule![thread2: read_value]] {
        prepare(TraceExecutor::new(schedule)).wait(LONG).unwrap();
    }
}

#[test]
fn a_thread_name_given_twice_is_refused() {
    let mut executor = prepare(TraceExecutor::new(schedule![]));
    executor.run("thread1", || ());
    let error = executor.wait(LONG).unwrap_err();
    assert_says(
        &error,
        ErrorKind::DuplicateThread,
        &["two threads are named `thread1`"],
    );
}

#[test]
fn an_executor_without_threads_is_refused() {
    let error = TraceExecutor::new(schedule![]).wait(LONG).unwrap_err();
    assert_says(&error, ErrorKind::NoThreads, &["add one"]);
}

#[test]
fn a_panic_is_told_with_thread_message_and_place_and_the_others_unwind() {
    struct Dropped(Arc<AtomicBool>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            interlace::marker!("in_drop");
            self.0.store(true, SeqCst);
        }
    }
    let dropped = Arc::new(AtomicBool::new(false));
    let guard = Dropped(Arc::clone(&dropped));
    let mut executor = prepare(TraceExecutor::new(schedule![bad: go]));
    executor.run("bad", || {
        interlace::marker!("go");
        panic!("out of {}", "luck");
    });
    executor.run("paused", move || {
        let _guard = guard;
        interlace::marker!("never_granted");
    });
    let error = executor.wait(LONG).unwrap_err();
    assert_says(
        &error,
        ErrorKind::Panicked,
        &[
            "thread `bad` panicked: out of luck",
            "at tests/executor_errors.rs:",
            "after step 1, `bad:go`",
            "\n  thread1  is paused at read_value (",
            "\n  bad      has panicked, after passing go (",
        ],
    );
    assert!(
        dropped.load(SeqCst),
        "the guard of the paused thread dropped"
    );
}

#[test]
fn a_thread_that_hangs_is_left_behind_when_the_time_of_the_whole_run_is_up() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let mut executor = prepare(TraceExecutor::new(
        schedule![thread1: read_value, stuck: go],
    ));
    executor.run("stuck", || {
        interlace::marker!("go");
        // A sleep would end at once, on the run's own time, and be a step.
        while !RELEASED.load(SeqCst) {
            std::hint::spin_loop();
        }
    });
    let since = Instant::now();
    let error = executor.wait(Duration::from_millis(200)).unwrap_err();
    let elapsed = since.elapsed();
    RELEASED.store(true, SeqCst);
    assert!(
        elapsed >= Duration::from_millis(200) && elapsed < LONG / 10,
        "{elapsed:?}"
    );
    assert_says(
        &error,
        ErrorKind::TimedOut,
        &[
            "200ms",
            "left behind",
            "\n  stuck    is running, after passing go (tests/executor_errors.rs:",
            "\n  thread1  is paused at write_value",
        ],
    );
    // The process goes on, and the next run in it is right.
    prepare(TraceExecutor::new(schedule![])).wait(LONG).unwrap();
}

#[test]
fn a_task_that_nobody_will_wake_is_a_deadlock() {
    let mut executor = AsyncTraceExecutor::new(schedule![]);
    executor.run("task1", async {
        interlace::marker!("wait");
        std::future::pending::<()>().await;
    });
    let error = executor.wait(LONG).unwrap_err();
    assert_says(
        &error,
        ErrorKind::Deadlock,
        &[
            "no thread can go on",
            "task1  waits to be woken, after passing wait",
        ],
    );
}

#[test]
fn the_time_out_may_be_longer_than_the_clock_reaches() {
    prepare(TraceExecutor::new(schedule![]))
        .wait(Duration::MAX)
        .unwrap();
}

#[test]
fn thread_names_may_be_any_text() {
    let schedule = Schedule::new([interlace::Step::new("a\0b \"c\"", "read_value")]);
    let mut executor = TraceExecutor::new(schedule);
    let value = AtomicU32::new(0);
    executor.run("a\0b \"c\"", move || increment(&value));
    executor.run("?", || ());
    executor.wait(LONG).unwrap();
}
