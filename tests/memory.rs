//! A search takes as much memory, and as many threads and open files, after millions of executions
//! as after a few, also when many of them fail.
//!
//! Two threads of k markers each have (2k)! / (k! k!) schedules: 12 870 for 8, 184 756 for 10,
//! 10 400 600 for 13. `MEMORY_MARKERS=13 cargo test --release --test memory -- --nocapture`
//! runs ten million on fibers; `MEMORY_THREAD_MARKERS=10` as many as 184 756 on threads. A tenth of
//! them fail where one thread has one marker more: `MEMORY_FAILING_MARKERS=11` is 1 352 078 of those
//! on each engine.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Verdict, marker};

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

/// How many entries a folder has that the system shows of this process.
fn entries(folder: &str) -> usize {
    fs::read_dir(folder).unwrap().count()
}

/// How an execution ends whose steps came in this order: one in ten fails, in one of four ways.
fn fate(order: &[u8]) -> Verdict {
    let number = order
        .iter()
        .fold(0_u32, |number, &step| number << 1 | u32::from(step));
    match number.wrapping_mul(2_654_435_761) >> 16 & 0xffff {
        0..1638 => Verdict::Panicked,
        1638..3277 => Verdict::Deadlocked,
        3277..4915 => Verdict::CheckFailed,
        4915..6554 => Verdict::StepLimit,
        _ => Verdict::Held,
    }
}

/// How often each verdict comes in all orders of `a` zeros and `b` ones.
fn fates(a: u64, b: u64) -> Vec<(Verdict, u64)> {
    let all = [
        Verdict::Held,
        Verdict::Panicked,
        Verdict::CheckFailed,
        Verdict::Deadlocked,
        Verdict::StepLimit,
    ];
    let mut counts = all.map(|verdict| (verdict, 0));
    for number in 0..1_u32 << (a + b) {
        if u64::from(number.count_ones()) == b {
            let order: Vec<u8> = (0..a + b)
                .rev()
                .map(|at| (number >> at & 1) as u8)
                .collect();
            let fate = fate(&order);
            let count = counts.iter_mut().find(|(verdict, _)| *verdict == fate);
            count.unwrap().1 += 1;
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// How long threads may take to end when they are told to.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most threads that any execution looked at has seen.
static MOST_THREADS: AtomicUsize = AtomicUsize::new(0);

/// Explores everything; the task that takes the last step knows the order, and fails or not.
fn explore_failing(engine: Engine, markers: u64) {
    static BEGUN: AtomicUsize = AtomicUsize::new(0);
    let (a, b) = (markers, markers + 1);
    let total = usize::try_from(a + b).unwrap();
    let expected = fates(a, b);

    MOST_THREADS.store(0, SeqCst);
    BEGUN.store(0, SeqCst);
    let resident = status("VmRSS:");
    let (threads, files) = (entries("/proc/self/task"), entries("/proc/self/fd"));
    let since = Instant::now();
    let walk = move |name: u8, markers: u64| {
        async move |order: &Mutex<Vec<u8>>| {
            for _ in 0..markers {
                marker!("step");
                order.lock().unwrap().push(name);
            }
            let order = order.lock().unwrap().clone();
            if order.len() < total {
                return;
            }
            match fate(&order) {
                Verdict::Panicked => panic!("the last of {order:?}"),
                Verdict::Deadlocked => std::future::pending().await,
                Verdict::StepLimit => loop {
                    marker!("for_ever");
                },
                _ => {}
            }
        }
    };
    let set_up = || {
        if BEGUN.fetch_add(1, SeqCst).is_multiple_of(1024) {
            MOST_THREADS.fetch_max(entries("/proc/self/task"), SeqCst);
        }
        Mutex::default()
    };
    let report = Explorer::new(set_up)
        .task("a", walk(0, a))
        .task("b", walk(1, b))
        .check(|order| assert!(fate(&order.lock().unwrap()) != Verdict::CheckFailed))
        .max_steps(total + 5)
        .engine(engine)
        .keep_going()
        .explore();
    let elapsed = since.elapsed();
    let (after, most) = (status("VmRSS:"), status("VmHWM:"));
    // A pool of workers does not wait for its threads when it is dropped.
    while entries("/proc/self/task") > threads && since.elapsed() < elapsed + PATIENCE {
        thread::sleep(Duration::from_millis(1));
    }
    let left = (entries("/proc/self/task"), entries("/proc/self/fd"));
    println!(
        "{engine:?}: {} executions in {:.1?}, {} failing; resident {resident} kB before, {after} \
         kB after, {most} kB at most; threads {threads} before, {} after, {} at most; files \
         {files} before, {} after",
        report.schedules(),
        elapsed,
        report.failing(),
        left.0,
        MOST_THREADS.load(SeqCst),
        left.1,
    );
    assert_eq!(report.verdicts().collect::<Vec<_>>(), expected);
    assert_eq!(left, (threads, files));
    // Two tasks, a conductor or a carrier, and who waits for them, for each worker and for the
    // first, which has begun alone.
    let workers = thread::available_parallelism().unwrap().get();
    let most_threads = MOST_THREADS.load(SeqCst);
    assert!(
        most_threads <= threads + 4 * (workers + 1),
        "{most_threads}"
    );
    assert!(most - resident < MOST, "{most} kB at most");
}

/// Blocks a thread in the kernel: at the first sleep that it sees, which in a long search may be any,
/// a process opens the file that shows its memory, and keeps that one.
fn block_once() {
    let report = Explorer::new(|| Mutex::new(()))
        .thread("alone", |lock: &Mutex<()>| {
            marker!("once");
            let _once = lock.lock();
            marker!("again");
            let _again = lock.lock();
        })
        .explore();
    assert_eq!(report.verdicts().next(), Some((Verdict::Deadlocked, 1)));
}

/// The only test here: another beside it would take memory, threads and files too.
#[test]
fn memory_threads_and_files_stay_flat() {
    block_once();
    explore(Engine::Threads, markers("MEMORY_THREAD_MARKERS", 6));
    explore(Engine::Fibers, markers("MEMORY_MARKERS", 9));
    let failing = |default| markers("MEMORY_FAILING_MARKERS", default);
    explore_failing(Engine::Fibers, failing(7));
    explore_failing(Engine::Threads, failing(5));
}
