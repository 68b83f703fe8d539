//! What the time-out of an execution counts: the time for which its threads run or sleep, and not
//! that for which they wait for a processor.

#![cfg(target_os = "linux")]

use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, ErrorKind, Explorer, FailureKind, Report, Schedule, Verdict, marker};

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

/// Set for a process that keeps a processor busy.
const BUSY: &str = "EXECUTION_TIME_BUSY";

/// Does nothing unless it is started in a process of its own.
#[test]
fn the_process_that_is_busy() {
    let began = Instant::now();
    // It ends by itself if whoever started it is killed.
    while env::var(BUSY).is_ok() && began.elapsed() < Duration::from_secs(60) {
        for _ in 0..10_000_000 {
            std::hint::spin_loop();
        }
    }
}

/// Processes that keep all processors busy, until this is dropped.
struct Load {
    processes: Vec<Child>,
    /// The tests of this file are for one load each.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Load {
    /// So many processes for each processor.
    fn begin(each: usize) -> Self {
        let processors = thread::available_parallelism().unwrap().get();
        let busy = |_| {
            let mut command = Command::new(env::current_exe().unwrap());
            let command = command.args(["--exact", "the_process_that_is_busy"]);
            command
                .env(BUSY, "1")
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        };
        Load {
            _alone: ALONE.lock().unwrap_or_else(PoisonError::into_inner),
            processes: (0..each * processors).map(busy).collect(),
        }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for process in &mut self.processes {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }
}

/// How long the calling thread has run: see proc(5), `schedstat`.
fn ran() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(text.split(' ').next().unwrap().parse().unwrap())
}

/// Runs for so long, not counting the time for which it waits for a processor.
fn run_for(time: Duration) {
    let end = ran() + time;
    while ran() < end {
        std::hint::spin_loop();
    }
}

/// The threads run for 100 ms in all, on a processor that four others want: the execution takes longer
/// than its time-out of 250 ms.
#[test]
fn waiting_for_a_processor_is_not_counted() {
    const TIMEOUT: Duration = Duration::from_millis(250);
    let _load = Load::begin(4);
    let body = |(): &()| {
        for _ in 0..10 {
            marker!("x");
            run_for(Duration::from_millis(5));
        }
    };
    for engine in ENGINES {
        let mut longest = Duration::ZERO;
        let began = Instant::now();
        while longest < TIMEOUT && began.elapsed() < Duration::from_secs(10) {
            let began = Instant::now();
            let execution = Explorer::new(|| ())
                .thread("a", body)
                .thread("b", body)
                .engine(engine)
                .timeout(TIMEOUT)
                .replay(&Schedule::new(alternating()));
            let took = began.elapsed();
            assert!(execution.is_ok(), "{engine:?}, {took:?}: {execution}");
            longest = longest.max(took);
        }
        assert!(longest > TIMEOUT, "{engine:?}: not shown by {longest:?}");
    }
}

/// The steps of two threads in turn.
fn alternating() -> impl Iterator<Item = interlace::Step> {
    (0..20).map(|step| interlace::Step::new(if step % 2 == 0 { "a" } else { "b" }, "x"))
}

/// Nobody has the turn until a thread that is blocked is seen to be so, by one that waits for a
/// processor itself.
#[test]
fn deadlocks_are_seen_in_time_by_who_waits_for_a_processor() {
    let _load = Load::begin(4);
    let report = Explorer::new(|| (Mutex::new(()), Mutex::new(())))
        .thread("a", |(left, right)| {
            marker!("a1");
            let _left = left.lock().unwrap();
            marker!("a2");
            let _right = right.lock().unwrap();
        })
        .thread("b", |(left, right)| {
            marker!("b1");
            let _right = right.lock().unwrap();
            marker!("b2");
            let _left = left.lock().unwrap();
        })
        .timeout(Duration::from_secs(3))
        .keep_going()
        .explore();
    // Of 4! / (2! 2!) schedules, each that begins with a step of both has a deadlock.
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(
        verdicts,
        [(Verdict::Held, 2), (Verdict::Deadlocked, 4)],
        "{report}"
    );
}

/// Explores a program of one thread, which does not come back.
fn explore(engine: Engine, body: impl Fn() + Send + Sync + 'static) -> Report {
    let explorer = Explorer::new(|| ()).thread("t", move |()| {
        marker!("x");
        body();
    });
    explorer.engine(engine).timeout(TIMEOUT).explore()
}

const TIMEOUT: Duration = Duration::from_millis(400);

#[track_caller]
fn assert_timed_out(report: &Report) {
    match report.error() {
        Some(error) => assert_eq!(error.kind(), ErrorKind::TimedOut, "{report}"),
        None => assert!(
            matches!(report.assert_fails().kind(), FailureKind::TimeOut { .. }),
            "{report}"
        ),
    }
    assert!(report.to_string().contains("400ms"), "{report}");
}

/// Whether a processor is free or not, a loop has its time. A look comes each eighth of that, and late
/// if who looks has no processor.
#[test]
fn a_loop_ends_after_its_time_on_a_processor() {
    for load in [0, 1] {
        let _load = Load::begin(load);
        for engine in ENGINES {
            static RAN: AtomicU64 = AtomicU64::new(0);
            static IS_OVER: AtomicBool = AtomicBool::new(false);
            IS_OVER.store(false, SeqCst);
            let report = explore(engine, || {
                while !IS_OVER.load(SeqCst) {
                    RAN.store(u64::try_from(ran().as_millis()).unwrap(), SeqCst);
                }
            });
            let ran = Duration::from_millis(RAN.load(SeqCst));
            IS_OVER.store(true, SeqCst);
            assert_timed_out(&report);
            // The clocks of the system are wrong by a tick, of 10 ms at most.
            let least = Duration::from_millis(380);
            assert!(
                (least..10 * TIMEOUT).contains(&ran),
                "{engine:?} {load}: {ran:?}"
            );
        }
    }
}

/// What sleeps uses no processor, and takes its time all the same. `thread::sleep` takes none, since
/// it goes by the run's own clock; what waits for the world does.
#[test]
fn what_sleeps_for_ever_is_noticed() {
    for load in [0, 1] {
        let _load = Load::begin(load);
        for engine in ENGINES {
            let began = Instant::now();
            let report = explore(engine, || {
                let (mut never_ready, _writer) = io::pipe().unwrap();
                let _ = never_ready.read(&mut [0]);
            });
            assert_timed_out(&report);
            let took = began.elapsed();
            assert!(
                (TIMEOUT..10 * TIMEOUT).contains(&took),
                "{engine:?} {load}: {took:?}"
            );
        }
    }
}
