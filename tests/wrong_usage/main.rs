//! The mistakes that newcomers make, each with the words that they read, beside its twin that holds.

mod empty_proofs;
mod forgotten;
mod kept_state;
mod misnamed;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::saved::Nowhere;
use interlace::{Engine, Explorer, Report};

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read
        self.value.store(temp + 1, SeqCst); // interlace: write
    }

    fn add(&self) {
        self.value.fetch_add(1, SeqCst); // interlace: add
    }
}

/// Without the attribute, comments are comments.
impl Counter {
    fn increment_unmarked(&self) {
        let temp = self.value.load(SeqCst); // interlace: read
        self.value.store(temp + 1, SeqCst); // interlace: write
    }
}

fn counter() -> Explorer<Counter> {
    Explorer::new(Counter::default).saved(Nowhere)
}

/// The reports on both engines, which are the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let [threads, fibers] = ENGINES.map(|engine| explorer().engine(engine).explore());
    assert_eq!(threads.to_string(), fibers.to_string());
    fibers
}

/// What `assert` panics with.
#[track_caller]
fn panic_of(report: &Report, assert: fn(&Report)) -> String {
    let panicked = catch_unwind(AssertUnwindSafe(|| assert(report)));
    *panicked.expect_err("a panic").downcast().unwrap()
}

/// `assert_ok` and its like fail with these words.
#[track_caller]
fn assert_tells(report: &Report, words: &str) {
    for assert in [
        Report::assert_ok,
        Report::assert_no_failure_found,
        Report::assert_exhaustive,
    ] {
        assert_eq!(panic_of(report, assert), words);
    }
    assert_eq!(report.to_string(), words);
}
