//! What a step costs that ends with its thread blocked: from its last instruction in the user's code
//! to the first of whoever goes on. At a lock in memory, and at the lock of a file, under a grace
//! that it is to be compared with. `cargo bench --bench blocked`; with `--test`, a few steps only.

use std::env;
use std::fs::{self, File};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use interlace::{Explorer, marker};

const GRACE: Duration = Duration::from_millis(1);

/// When the thread that is about to block was last seen.
static SINCE: Mutex<Option<Instant>> = Mutex::new(None);
static TIMES: Mutex<Vec<Duration>> = Mutex::new(Vec::new());

/// Takes the lock and pauses inside; whoever goes on there notes how long ago another blocked.
fn enter<G>(lock: impl Fn() -> G) {
    marker!("enter");
    *SINCE.lock().unwrap() = Some(Instant::now());
    let _guard = lock();
    *SINCE.lock().unwrap() = None;
    marker!("inside");
    if let Some(since) = SINCE.lock().unwrap().take() {
        TIMES.lock().unwrap().push(since.elapsed());
    }
}

fn measure(what: &str, explorer: Explorer<Mutex<()>>, schedules: u64) {
    let report = explorer.max_schedules(schedules).progress(false).explore();
    report.assert_ok();
    let mut times = std::mem::take(&mut *TIMES.lock().unwrap());
    if times.is_empty() {
        println!("SKIPPED: nothing was seen to block at {what} on this system");
        return;
    }
    times.sort();
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    println!(
        "{} blocked steps at {what} in {schedules} executions: median {:?}, 90 % below {:?}",
        times.len(),
        at(50),
        at(90)
    );
}

fn main() {
    let is_test = env::args().any(|argument| argument == "--test");
    let schedules = if is_test { 10 } else { 1000 };
    let thread = |lock: &Mutex<()>| (0..4).for_each(|_| enter(|| lock.lock().unwrap()));
    let in_memory = Explorer::new(Mutex::default)
        .thread("a", thread)
        .thread("b", thread);
    measure("a lock", in_memory, schedules);

    // Elsewhere there is no grace, and the second would wait for the first until the time-out.
    if !cfg!(target_os = "linux") {
        println!("SKIPPED: there is no grace on this system");
        return;
    }
    let path = env::temp_dir().join(format!("interlace-bench-{}", std::process::id()));
    File::create(&path).unwrap();
    let in_file = path.clone();
    let thread = move |_: &Mutex<()>| {
        (0..4).for_each(|_| {
            enter(|| {
                let file = File::open(&in_file).unwrap();
                file.lock().unwrap();
                file
            });
        });
    };
    let in_file = Explorer::new(Mutex::default)
        .thread("a", thread.clone())
        .thread("b", thread)
        .workers(1)
        .grace(GRACE);
    measure("a file lock", in_file, schedules);
    fs::remove_file(path).unwrap();
}
