//! What executions end in: an example of each, which are allowed, and which some serial order of
//! the threads gives.

mod allowed;
mod examples;
mod linearizable;
mod programs;
mod serializable;

use interlace::{Engine, Explorer, Report};

/// Every engine, on one worker and on several.
const SETTINGS: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 3),
    (Engine::Fibers, 1),
    (Engine::Fibers, 3),
];

/// Explores to the end in every setting; asserts that all say the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let explore = |(engine, workers)| {
        let explorer = explorer().engine(engine).workers(workers);
        explorer.keep_going().explore()
    };
    let report = explore(SETTINGS[0]);
    for setting in &SETTINGS[1..] {
        let other = explore(*setting);
        assert_eq!(other.to_string(), report.to_string(), "{setting:?}");
    }
    report
}

/// How many executions there are, and how many of them failed.
fn counts(report: &Report) -> (u64, u64) {
    assert!(report.is_exhaustive(), "{report}");
    (report.schedules(), report.failing())
}
