//! Two threads increment a counter, and one increment is lost.
//!
//! Prints the report that the explorer gives, then that of the fixed twin.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, Report};

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    /// Reads, adds and writes in two steps: another thread may come between them.
    fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }

    /// The fixed twin: one atomic operation.
    fn increment_atomically(&self) {
        self.value.fetch_add(1, SeqCst); // interlace: add
    }
}

fn explore_broken() -> Report {
    Explorer::new(Counter::default)
        .thread("thread1", Counter::increment)
        .thread("thread2", Counter::increment)
        .outcome(|counter| counter.value.load(SeqCst))
        .check(|counter| assert_eq!(counter.value.load(SeqCst), 2, "an increment was lost"))
        .explore()
}

fn explore_fixed() -> Report {
    Explorer::new(Counter::default)
        .thread("thread1", Counter::increment_atomically)
        .thread("thread2", Counter::increment_atomically)
        .check(|counter| assert_eq!(counter.value.load(SeqCst), 2, "an increment was lost"))
        .explore()
}

fn main() {
    let broken = explore_broken();
    println!("{broken}\n");
    broken.assert_fails();

    println!("fixed with `fetch_add`:\n");
    let fixed = explore_fixed();
    println!("{fixed}");
    fixed.assert_ok();
}
