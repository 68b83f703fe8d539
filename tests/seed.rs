//! The examples of the text that interlace started from, with the same names and assertions.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{AsyncTraceExecutor, Schedule, Step, TraceExecutor};

#[derive(Default)]
struct Counter {
    value: AtomicU32,
}

#[interlace::trace]
impl Counter {
    fn increment(&self) {
        let mut temp = self.value.load(SeqCst); // interlace: read_value
        temp += 1;
        self.value.store(temp, SeqCst); // interlace: write_value
    }
}

/// The second placement: each marker on a line of its own.
#[derive(Default)]
struct OwnLineCounter {
    value: AtomicU32,
}

#[interlace::trace]
impl OwnLineCounter {
    fn increment(&self) {
        // interlace: read_value
        let mut temp = self.value.load(SeqCst);
        temp += 1;
        // interlace: write_value
        self.value.store(temp, SeqCst);
    }
}

/// Both threads read before either writes.
fn both_read_first(thread1: &str, thread2: &str) -> Schedule {
    Schedule::new([
        Step::new(thread1, "read_value"),  // T1 reads 0
        Step::new(thread2, "read_value"),  // T2 reads 0 (both see the same value!)
        Step::new(thread1, "write_value"), // T1 writes 1
        Step::new(thread2, "write_value"), // T2 writes 1 (overwrites T1's update!)
    ])
}

#[test]
fn test_counter_lost_update() {
    let counter = Arc::new(Counter::default());

    let mut executor = TraceExecutor::new(both_read_first("thread1", "thread2"));
    let c = Arc::clone(&counter);
    executor.run("thread1", move || c.increment());
    let c = Arc::clone(&counter);
    executor.run("thread2", move || c.increment());
    executor.wait(Duration::from_secs(5)).unwrap();

    assert_eq!(counter.value.load(SeqCst), 1); // One increment lost
}

#[test]
fn test_counter_lost_update_with_markers_on_their_own_lines() {
    let counter = Arc::new(OwnLineCounter::default());

    let mut executor = TraceExecutor::new(both_read_first("thread1", "thread2"));
    for name in ["thread1", "thread2"] {
        let c = Arc::clone(&counter);
        executor.run(name, move || c.increment());
    }
    executor.wait(Duration::from_secs(5)).unwrap();

    assert_eq!(counter.value.load(SeqCst), 1);
}

#[derive(Default)]
struct AsyncCounter {
    value: AtomicU32,
}

#[interlace::trace]
#[expect(clippy::unused_async, reason = "stands for a call that waits")]
impl AsyncCounter {
    async fn get_value(&self) -> u32 {
        self.value.load(SeqCst)
    }

    async fn set_value(&self, new_value: u32) {
        self.value.store(new_value, SeqCst);
    }

    async fn increment(&self) {
        // interlace: read_value
        let temp = self.get_value().await;
        // interlace: write_value
        self.set_value(temp + 1).await;
    }
}

fn run_async(schedule: Schedule) -> u32 {
    let counter = Arc::new(AsyncCounter::default());
    let mut executor = AsyncTraceExecutor::new(schedule);
    for name in ["task1", "task2"] {
        let c = Arc::clone(&counter);
        executor.run(name, async move { c.increment().await });
    }
    executor.wait(Duration::from_secs(5)).unwrap();
    counter.value.load(SeqCst)
}

#[test]
fn test_async_counter_lost_update() {
    // Both tasks read 0, then both write 1 — one increment is lost
    assert_eq!(run_async(both_read_first("task1", "task2")), 1);
}

#[test]
fn test_async_counter_serialized() {
    // Serialized: task1 completes before task2 starts
    let schedule = Schedule::new([
        Step::new("task1", "read_value"),
        Step::new("task1", "write_value"),
        Step::new("task2", "read_value"),
        Step::new("task2", "write_value"),
    ]);
    assert_eq!(run_async(schedule), 2); // No lost update
}
