//! A search takes as much memory after millions of executions as after a few.
//!
//! Two threads of k markers each have (2k)! / (k! k!) schedules: 12 870 for 8, 184 756 for 10,
//! 10 400 600 for 13. `MEMORY_MARKERS=13 cargo test --release --test memory -- --nocapture`
//! runs ten million on fibers; `MEMORY_THREAD_MARKERS=10` as many as 184 756 on threads.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::sync::Mutex;
use std::time::Instant;

use interlace::{Engine, Explorer, marker};

/// What a search may take on top of what the process has at its start, in kilobytes.
const MOST: u64 = 20 * 1024;

/// A line of what the system says of this process, in kilobytes.
fn status(name: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let words: Vec<_> = line.split_whitespace().collect();
    words[1].parse().unwrap()
}

fn markers(variable: &str, default: u64) -> u64 {
    env::var(variable).map_or(default, |text| text.parse().unwrap())
}

/// (2k)! / (k! k!)
fn schedules(k: u64) -> u64 {
    (1..=k).fold(1, |product, i| product * (k + i) / i)
}

/// Explores everything, with threads that allocate and one execution in some that fails.
fn explore(engine: Engine, markers: u64) {
    let before = status("VmRSS:");
    let since = Instant::now();
    let walk = move |name: char| {
        move |order: &Mutex<String>| {
            for _ in 0..markers {
                marker!("step");
                order.lock().unwrap().push(name);
            }
        }
    };
    let report = Explorer::new(Mutex::<String>::default)
        .thread("a", walk('a'))
        .thread("b", walk('b'))
        .outcome(|order| order.lock().unwrap()[..4].to_owned())
        .check(|order| assert!(!order.lock().unwrap().starts_with("ababab"), "ababab"))
        .engine(engine)
        .keep_going()
        .explore();
    let (after, most) = (status("VmRSS:"), status("VmHWM:"));
    println!(
        "{engine:?}: {} executions in {:.1?}, {} failing; resident {before} kB before, {after} kB \
         after, {most} kB at most",
        report.schedules(),
        since.elapsed(),
        report.failing(),
    );
    assert_eq!(report.schedules(), schedules(markers));
    assert!(report.is_exhaustive() && report.failing() > 0);
    assert!(
        most - before < MOST,
        "{most} kB at most, {before} kB before"
    );
}

/// The only test here: another beside it would take memory too.
#[test]
fn memory_stays_flat() {
    explore(Engine::Threads, markers("MEMORY_THREAD_MARKERS", 6));
    explore(Engine::Fibers, markers("MEMORY_MARKERS", 9));
}
