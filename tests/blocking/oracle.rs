//! What is known of a program that blocks, and how that is asserted.

use interlace::{Explorer, Report, Verdict};

/// Explores the whole program, again and again, on one worker and on two; asserts that all reports
/// are the same, and that so many executions held and so many deadlocked.
#[track_caller]
pub(crate) fn assert_counts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    held: u64,
    deadlocked: u64,
) -> Report {
    let report = assert_counts_once(|| explorer().workers(1), held, deadlocked);
    assert_again(explorer, &report);
    report
}

/// As `assert_counts`, where each deadlock costs threads that are not to be had again.
#[track_caller]
pub(crate) fn assert_counts_once<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    held: u64,
    deadlocked: u64,
) -> Report {
    let expected = [(Verdict::Held, held), (Verdict::Deadlocked, deadlocked)];
    assert_verdicts_once(explorer, &expected)
}

/// As `assert_counts`, where executions end in other ways, too.
#[track_caller]
pub(crate) fn assert_verdicts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    expected: &[(Verdict, u64)],
) -> Report {
    let report = assert_verdicts_once(|| explorer().workers(1), expected);
    assert_again(explorer, &report);
    report
}

#[track_caller]
fn assert_verdicts_once<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    expected: &[(Verdict, u64)],
) -> Report {
    let report = explorer().keep_going().explore();
    let expected = expected.iter().copied().filter(|&(_, count)| count > 0);
    let expected: Vec<_> = expected.collect();
    assert_eq!(report.verdicts().collect::<Vec<_>>(), expected, "{report}");
    assert!(report.is_exhaustive(), "{report}");
    report
}

#[track_caller]
fn assert_again<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>, first: &Report) {
    for workers in [2, 1].into_iter().cycle().take(rounds()) {
        let again = explorer().keep_going().workers(workers).explore();
        assert_eq!(text(&again), text(first), "{workers} workers");
    }
}

/// The report without the hint that the search was slow.
pub(crate) fn text(report: &Report) -> String {
    let text = report.to_string();
    text.split("\nhint").next().unwrap_or_default().to_owned()
}

/// How often each program is explored again in one process; and, where tests are repeated, in how
/// many processes.
pub(crate) fn rounds() -> usize {
    let set = std::env::var("BLOCKING_ROUNDS").ok();
    set.map_or(2, |rounds| rounds.parse().expect("a number of rounds"))
}

/// A lock of any kind.
pub(crate) trait Lock: Default + Send + Sync + 'static {
    /// Runs `body` with the lock taken.
    fn with(&self, body: impl FnOnce());
}

impl Lock for std::sync::Mutex<()> {
    fn with(&self, body: impl FnOnce()) {
        let _guard = self.lock().unwrap();
        body();
    }
}

impl Lock for parking_lot::Mutex<()> {
    fn with(&self, body: impl FnOnce()) {
        let _guard = self.lock();
        body();
    }
}

/// For writing.
impl Lock for std::sync::RwLock<()> {
    fn with(&self, body: impl FnOnce()) {
        let _guard = self.write().unwrap();
        body();
    }
}

/// For writing.
impl Lock for parking_lot::RwLock<()> {
    fn with(&self, body: impl FnOnce()) {
        let _guard = self.write();
        body();
    }
}
