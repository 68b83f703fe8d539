//! Explores a program again and again, and asserts that each search finds the same.

use interlace::{Engine, Explorer, Report, Verdict};

/// The engines, and how many workers they have.
const PLACES: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 2),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
];

/// Explores the whole program on both engines, on one worker and on two, each five times, or as
/// often as `BLOCKING_ROUNDS` says. Asserts that all reports are the same, and how the executions
/// ended.
#[track_caller]
pub(crate) fn assert_always<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    expected: &[(Verdict, u64)],
) -> Report {
    assert_everywhere(|engine| explorer().engine(engine), expected)
}

/// As `assert_always`, where each execution finds thread-locals as they are on new threads.
#[track_caller]
pub(crate) fn assert_always_fresh<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    expected: &[(Verdict, u64)],
) -> Report {
    let fresh = |engine| {
        explorer()
            .fresh_threads(engine == Engine::Threads)
            .engine(engine)
    };
    assert_everywhere(fresh, expected)
}

#[track_caller]
fn assert_everywhere<S: Send + Sync + 'static>(
    explorer: impl Fn(Engine) -> Explorer<S>,
    expected: &[(Verdict, u64)],
) -> Report {
    let mut first: Option<Report> = None;
    for _ in 0..rounds() {
        for (engine, workers) in PLACES {
            let report = explorer(engine).keep_going().workers(workers).explore();
            let place = format!("{engine:?}, {workers} workers");
            let verdicts: Vec<_> = report.verdicts().collect();
            assert_eq!(verdicts, expected, "{place}: {report}");
            assert!(report.is_exhaustive(), "{place}: {report}");
            if let Some(first) = &first {
                assert_eq!(text(&report), text(first), "{place}");
                assert!(report.outcomes().eq(first.outcomes()), "{place}");
            }
            first.get_or_insert(report);
        }
    }
    first.expect("there is a round")
}

/// The report without the hint that the search was slow.
fn text(report: &Report) -> String {
    let text = report.to_string();
    text.split("\nhint").next().unwrap_or_default().to_owned()
}

fn rounds() -> usize {
    let set = std::env::var("BLOCKING_ROUNDS").ok();
    set.map_or(5, |rounds| rounds.parse().expect("a number of rounds"))
}
