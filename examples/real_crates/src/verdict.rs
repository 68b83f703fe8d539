//! What a search says, as the tests compare it.

use interlace::{Explorer, FailureKind};

/// It fails in this way within `executions`. The minimal schedule is proved minimal, with this number of preemptions.
#[track_caller]
pub(crate) fn fails(explorer: Explorer<()>, how: &str, preemptions: usize, executions: u64) {
    let report = explorer.explore();
    let failure = report.assert_fails();
    let text = match failure.kind() {
        FailureKind::Panic(panic) => format!("panic: {}", panic.panic().message()),
        FailureKind::Deadlock(_) => "deadlock".to_owned(),
        _ => panic!("{report}"),
    };
    assert_eq!(text, how, "{report}");
    assert!(
        failure.is_proved_minimal() && failure.is_reproduced(),
        "{report}"
    );
    assert_eq!(failure.preemptions(), preemptions, "{report}");
    assert!(report.schedules() <= executions, "{report}");
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
