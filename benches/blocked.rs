//! What a step costs that ends with its thread blocked: from its last instruction in the user's code
//! to the first of whoever goes on. `cargo bench --bench blocked`; with `--test`, a few steps only.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use interlace::{Explorer, marker};

/// When the thread that is about to block was last seen.
static SINCE: Mutex<Option<Instant>> = Mutex::new(None);
static TIMES: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

/// Takes the lock and pauses inside; whoever goes on there notes how long ago another blocked.
fn enter(lock: &Mutex<()>) {
    marker!("enter");
    *SINCE.lock().unwrap() = Some(Instant::now());
    let _guard = lock.lock().unwrap();
    *SINCE.lock().unwrap() = None;
    marker!("inside");
    if let Some(since) = SINCE.lock().unwrap().take() {
        TIMES.lock().unwrap().push(since.elapsed());
    }
}

fn main() {
    let is_test = std::env::args().any(|argument| argument == "--test");
    let schedules = if is_test { 10 } else { 1000 };
    let thread = |lock: &Mutex<()>| (0..4).for_each(|_| enter(lock));
    let report = Explorer::new(Mutex::default)
        .thread("a", thread)
        .thread("b", thread)
        .max_schedules(schedules)
        .progress(false)
        .explore();
    report.assert_ok();
    let mut times = std::mem::take(&mut *TIMES.lock().unwrap());
    if times.is_empty() {
        println!("SKIPPED: nothing was seen to block on this system");
        return;
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "{} blocked steps in {schedules} executions: median {:?}, 90 % below {:?}",
        times.len(),
        at(50),
        at(90)
    );
}
