//! Executions that depend on those before them.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::saved::Nowhere;
use interlace::{Explorer, Repeats, marker};

use crate::{Counter, counter, explore};

#[test]
fn state_left_over_is_not_proved_minimal() {
    static EXECUTIONS: AtomicU32 = AtomicU32::new(0);
    let explorer = || {
        EXECUTIONS.store(0, SeqCst);
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| {
                marker!("y");
                EXECUTIONS.fetch_add(1, SeqCst);
            })
            .saved(Nowhere)
    };
    let explorer = || explorer().check(|()| assert!(EXECUTIONS.load(SeqCst) <= 1));
    let report = explorer().explore();
    let words = report.error().unwrap().to_string();
    for part in [
        "the program behaves differently under the same schedule: along the empty one\n  before: the execution \
         holds\n  now:    the check failed: assertion failed: EXECUTIONS.load(SeqCst) <= 1\nat \
         tests/wrong_usage/kept_state.rs:",
        "\nRun four times more, it was as now each time: so something may be left over from earlier \
         executions, unless it was by chance that it was another before\n",
    ] {
        assert!(words.contains(part), "{words}");
    }

    // Without repeats, it fails.
    let report = explore(|| explorer().repeats(Repeats::Never));
    let failure = report.assert_fails();
    assert!(!failure.is_proved_minimal() && !failure.is_reproduced());
    let words = failure.to_string();
    for part in [
        "found in schedule 2; shrunk to 0 forced steps and 0 preemptions; NOT proved minimal: see below\n",
        "\n\nSTATE IS KEPT between executions: the first schedule of this search held, and when it was run once \
         more after the failure, it failed. So whether an execution fails depends on those before it, and not on \
         its schedule alone: the minimal schedule may well hold by itself. Make what is kept, in statics, files \
         or thread-locals, anew in the setup.",
    ] {
        assert!(words.contains(part), "{words}");
    }

    // The twin makes its state in the setup, and has a mistake of its own.
    let report = explore(|| {
        counter()
            .thread("a", Counter::increment)
            .thread("b", Counter::increment)
            .check(|counter| assert_eq!(counter.value.load(SeqCst), 2))
    });
    let failure = report.assert_fails();
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
}

#[test]
fn a_failure_that_holds_when_it_is_run_again_is_not_proved_minimal() {
    // Only the second execution of a search fails.
    static EXECUTIONS: AtomicU32 = AtomicU32::new(0);
    let report = explore(|| {
        EXECUTIONS.store(0, SeqCst);
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| marker!("y"))
            .check(|()| assert_ne!(EXECUTIONS.fetch_add(1, SeqCst), 1))
            .workers(1)
            .repeats(Repeats::Never)
            .saved(Nowhere)
    });
    let failure = report.assert_fails();
    assert!(!failure.is_proved_minimal() && !failure.is_reproduced());
    let words = failure.to_string();
    assert!(words.contains(", not proved minimal\n"), "{words}");
    assert!(words.contains("\n\nNOT REPRODUCED: "), "{words}");
}
