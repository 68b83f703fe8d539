//! A search takes as much memory, and as many threads and open files, after millions of executions
//! as after a few, also when many of them fail.
//!
//! Two threads of k markers each have (2k)! / (k! k!) schedules: 12 870 for 8, 184 756 for 10,
//! 10 400 600 for 13. `MEMORY_MARKERS=13 cargo test --release --test memory -- --nocapture`
//! runs ten million on fibers; `MEMORY_THREAD_MARKERS=10` as many as 184 756 on threads. A tenth of
//! them fail where one thread has one marker more: `MEMORY_FAILING_MARKERS=11` is 1 352 078 of those
//! on each engine, and `MEMORY_STARTED_MARKERS=11` as many in which a thread starts another and joins
//! it.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Report, Verdict, marker};

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

/// How often each verdict comes in all orders of `a` zeros and `b` ones, each counted `weight` times.
fn fates(
    a: u64,
    b: u64,
    fate: fn(&[u8]) -> Verdict,
    weight: fn(&[u8]) -> u64,
) -> Vec<(Verdict, u64)> {
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
            count.unwrap().1 += weight(&order);
        }
    }
    counts.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// How long threads may take to end when they are told to.
const PATIENCE: Duration = Duration::from_secs(30);

/// The most threads that any execution looked at has seen.
static MOST_THREADS: AtomicUsize = AtomicUsize::new(0);

/// What a process has of what a search may leave behind.
struct Before {
    resident: u64,
    threads: usize,
    files: usize,
    since: Instant,
}

impl Before {
    fn now() -> Self {
        MOST_THREADS.store(0, SeqCst);
        BEGUN.store(0, SeqCst);
        Before {
            resident: status("VmRSS:"),
            threads: entries("/proc/self/task"),
            files: entries("/proc/self/fd"),
            since: Instant::now(),
        }
    }

    /// All is as before, and was not much more in between: `each` threads for each worker and for the
    /// first, which has begun alone. Of these, the process keeps those that lend their thread-locals
    /// to fibers, `lenders` for each worker at most.
    fn assert_flat(&self, what: &str, report: &Report, each: usize, lenders: usize) {
        let workers = thread::available_parallelism().unwrap().get() + 1;
        let most_left = self.threads + lenders * workers;
        let elapsed = self.since.elapsed();
        let (after, most) = (status("VmRSS:"), status("VmHWM:"));
        // A pool of workers does not wait for its threads when it is dropped.
        let begun = self.since;
        while entries("/proc/self/task") > most_left && begun.elapsed() < elapsed + PATIENCE {
            thread::sleep(Duration::from_millis(1));
        }
        let left = (entries("/proc/self/task"), entries("/proc/self/fd"));
        let most_threads = MOST_THREADS.load(SeqCst);
        println!(
            "{what}: {} executions in {elapsed:.1?}, {} failing; resident {} kB before, {after} kB \
             after, {most} kB at most; threads {} before, {} after, {most_threads} at most; files \
             {} before, {} after",
            report.schedules(),
            report.failing(),
            self.resident,
            self.threads,
            left.0,
            self.files,
            left.1,
        );
        assert!(left.0 <= most_left, "{} > {most_left}", left.0);
        assert_eq!(left.1, self.files);
        assert!(
            most_threads <= self.threads + each * workers,
            "{most_threads}"
        );
        assert!(most - self.resident < MOST, "{most} kB at most");
    }
}

static BEGUN: AtomicUsize = AtomicUsize::new(0);

/// The setup of each execution. It looks at the threads from time to time.
fn set_up<S: Default>() -> S {
    if BEGUN.fetch_add(1, SeqCst).is_multiple_of(1024) {
        MOST_THREADS.fetch_max(entries("/proc/self/task"), SeqCst);
    }
    S::default()
}

/// Explores everything; the task that takes the last step knows the order, and fails or not.
fn explore_failing(engine: Engine, markers: u64) {
    let (a, b) = (markers, markers + 1);
    let total = usize::try_from(a + b).unwrap();
    let expected = fates(a, b, fate, |_| 1);

    let before = Before::now();
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
    let report = Explorer::new(set_up::<Mutex<Vec<u8>>>)
        .task("a", walk(0, a))
        .task("b", walk(1, b))
        .check(|order| assert!(fate(&order.lock().unwrap()) != Verdict::CheckFailed))
        .max_steps(total + 5)
        .engine(engine)
        .keep_going()
        .explore();
    assert_eq!(report.verdicts().collect::<Vec<_>>(), expected);
    // Two tasks, a conductor or a carrier, and who waits for them.
    before.assert_flat(&format!("{engine:?}"), &report, 4, 0);
}

/// As [`fate`], without what takes steps for ever: its number of executions has no formula.
fn fate_of_started(order: &[u8]) -> Verdict {
    match fate(order) {
        Verdict::StepLimit => Verdict::Deadlocked,
        other => other,
    }
}

/// Takes a step, or the first; the last one to do so fails or not.
fn step(order: &Mutex<Vec<u8>>, name: u8, total: usize) {
    let order = {
        let mut order = order.lock().unwrap();
        order.push(name);
        order.clone()
    };
    if order.len() < total {
        return;
    }
    match fate_of_started(&order) {
        Verdict::Panicked => panic!("the last of {order:?}"),
        Verdict::Deadlocked if name == 0 => {
            let lock = Mutex::new(());
            let _once = lock.lock();
            let _again = lock.lock();
        }
        Verdict::Deadlocked => loop {
            thread::park();
        },
        _ => {}
    }
}

/// Explores everything. One thread starts another and joins it, which takes `markers` steps: `start`
/// and those at markers. Another thread takes as many at its own. `join` comes after the last step of
/// the started thread, before or after any of those that the other still has then.
fn explore_started(engine: Engine, markers: u64) {
    let total = usize::try_from(2 * markers).unwrap();
    let expected = fates(markers, markers, fate_of_started, |order| {
        let places = order.iter().rev().take_while(|&&name| name == 1).count() + 1;
        u64::try_from(places).unwrap()
    });

    let before = Before::now();
    let report = Explorer::new(set_up::<Arc<Mutex<Vec<u8>>>>)
        .thread("parent", move |order: &Arc<Mutex<Vec<u8>>>| {
            let order = Arc::clone(order);
            let child = thread::spawn(move || {
                step(&order, 0, total);
                for _ in 1..markers {
                    marker!("step");
                    step(&order, 0, total);
                }
            });
            child.join().expect("the started thread does not panic");
        })
        .thread("other", move |order: &Arc<Mutex<Vec<u8>>>| {
            for _ in 0..markers {
                marker!("step");
                step(order, 1, total);
            }
        })
        .check(|order| assert!(fate_of_started(&order.lock().unwrap()) != Verdict::CheckFailed))
        .engine(engine)
        .keep_going()
        .explore();
    assert_eq!(report.verdicts().collect::<Vec<_>>(), expected, "{report}");
    // Three threads, or those that lend their thread-locals to three fibers; a conductor or a carrier,
    // and who waits for them.
    let lenders = if engine == Engine::Fibers { 3 } else { 0 };
    before.assert_flat(&format!("{engine:?}, started inside"), &report, 5, lenders);
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
    let started = |default| markers("MEMORY_STARTED_MARKERS", default);
    explore_started(Engine::Fibers, started(7));
    explore_started(Engine::Threads, started(5));
}
