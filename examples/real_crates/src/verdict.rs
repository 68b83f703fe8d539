//! What a search says, as the tests compare it.

use interlace::{Explorer, FailureKind};

/// How a program fails.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) failure: String,
    /// Those of the minimal schedule.
    pub(crate) preemptions: usize,
    /// How many were run until it was found.
    pub(crate) executions: u64,
}

#[track_caller]
pub(crate) fn of_wrong(explorer: Explorer<()>) -> Found {
    let report = explorer.explore();
    let failure = report.assert_fails();
    let text = match failure.kind() {
        FailureKind::Panic(panic) => format!("panic: {}", panic.panic().message()),
        FailureKind::Deadlock(_) => "deadlock".to_owned(),
        _ => panic!("{report}"),
    };
    assert!(
        failure.is_proved_minimal() && failure.is_reproduced(),
        "{report}"
    );
    Found {
        failure: text,
        preemptions: failure.preemptions(),
        executions: report.schedules(),
    }
}

#[track_caller]
pub(crate) fn holds_in_every_class(explorer: Explorer<()>) {
    let report = explorer.explore();
    report.assert_ok();
    assert!(report.is_exhaustive(), "{report}");
}

/// It holds in every schedule with at most that many. There are others.
#[track_caller]
pub(crate) fn holds_with_preemptions(explorer: Explorer<()>, at_most: usize) {
    let report = explorer.explore();
    report.assert_ok();
    let text = format!("every schedule with at most {at_most} preemptions was run");
    assert!(report.to_string().contains(&text), "{report}");
}
