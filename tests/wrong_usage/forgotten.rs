//! What is dropped before it was run, or before anybody has looked at it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use interlace::{AsyncTraceExecutor, Explorer, TraceExecutor, marker, schedule};

use crate::{Counter, counter};

/// What it panics with when this is dropped; nothing if it does not.
#[track_caller]
fn told_when_dropped<T>(value: T) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(|| drop(value))) else {
        return String::new();
    };
    *panic.downcast().unwrap()
}

#[test]
fn the_result_is_forgotten() {
    let explorer = |right| {
        counter()
            .thread("a", Counter::increment)
            .thread("b", Counter::increment)
            .check(move |counter| assert_eq!(counter.value.load(SeqCst), right))
    };
    let (line, report) = (line!(), explorer(2).explore());
    let words = told_when_dropped(report);
    let start = format!(
        "interlace: the search at tests/wrong_usage/forgotten.rs:{line}:48 has found a failure, and nobody has looked at its \
         report: call `assert_ok`\n\nthe check failed: assertion `left == right` failed\n  left: 1\n right: 2\nat "
    );
    assert!(words.starts_with(&start), "{words}");

    let schedule = schedule![a: read, b: read];
    let (line, execution) = (line!(), explorer(2).replay(&schedule));
    let words = told_when_dropped(execution);
    let start = format!(
        "interlace: the execution that was run at tests/wrong_usage/forgotten.rs:{line}:51 has failed, and nobody has looked \
         at it: call `assert_ok`\n\nthe check failed: assertion `left == right` failed\n  left: 1\n right: 2\nat "
    );
    assert!(words.starts_with(&start), "{words}");

    let (line, report) = (line!(), counter().explore());
    let words = format!(
        "interlace: the search at tests/wrong_usage/forgotten.rs:{line}:46 has ended with an error, and nobody has looked at \
         its report: call `assert_ok`\n\nthere is no thread to run: add one before running"
    );
    assert_eq!(told_when_dropped(report), words);

    // Who has looked at it may leave it at that, and so may who has nothing to look at.
    let report = explorer(2).explore();
    assert_eq!(report.failing(), 1);
    let execution = explorer(2).replay(&schedule);
    assert!(!execution.is_ok());
    let held = counter().thread("a", Counter::add).explore();
    assert_eq!(told_when_dropped((report, execution, held)), "");
}

#[test]
fn nothing_is_run() {
    let (line, explorer) = (line!(), Explorer::new(Counter::default));
    let words = format!(
        "interlace: the explorer that was made at tests/wrong_usage/forgotten.rs:{line}:38 has run nothing: call `explore` or \
         `replay`"
    );
    assert_eq!(told_when_dropped(explorer.thread("a", Counter::add)), words);

    let words =
        "interlace: an executor has run nothing of what was added to it, `a`, `b`: call `wait`";
    let mut executor = TraceExecutor::new(schedule![a: x]);
    executor.run("a", || marker!("x"));
    executor.run("b", || ());
    assert_eq!(told_when_dropped(executor), words);
    let mut executor = AsyncTraceExecutor::new(schedule![a: x]);
    executor.run("a", async { marker!("x") });
    executor.run("b", async {});
    assert_eq!(told_when_dropped(executor), words);

    let mut executor = TraceExecutor::new(schedule![a: x]);
    executor.run("a", || marker!("x"));
    executor.wait(Duration::from_secs(5)).unwrap();
    assert_eq!(told_when_dropped(TraceExecutor::new(schedule![])), "");
}
