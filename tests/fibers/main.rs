//! What threads of the program may do on fibers as on OS threads, and what is said where they may
//! not.

mod kept;
#[cfg(unix)]
mod overflows;
mod unwinding;
#[cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod waits;
mod wakers;

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{
    Engine, ErrorKind, Explorer, FailureKind, Report, Schedule, TraceExecutor, Verdict, marker,
    schedule,
};

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let temp = value.load(SeqCst); // interlace: read
    value.store(temp + 1, SeqCst); // interlace: write
}

fn two_increments() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .check(|value| assert_eq!(value.load(SeqCst), 2))
}

/// Four of six schedules lose an update, and the second is the first to do so.
#[track_caller]
fn assert_lost_update_is_found() {
    let report = two_increments()
        .engine(Engine::Fibers)
        .keep_going()
        .explore();
    assert_eq!((report.schedules(), report.failing()), (6, 4));
    let failure = report.assert_fails();
    assert_eq!((failure.index(), failure.is_reproduced()), (2, true));
    assert_eq!(failure.schedule(), &schedule![a: read, b: read]);
}

/// Explores on both engines; asserts that they say the same, and returns that.
#[track_caller]
fn on_both<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let explore = |engine| explorer().engine(engine).explore();
    let (threads, fibers) = (explore(Engine::Threads), explore(Engine::Fibers));
    assert_eq!(fibers.to_string(), threads.to_string());
    assert_eq!(fibers.schedules(), threads.schedules());
    fibers
}

/// The only verdict of a report, and how many executions ended in it.
#[track_caller]
fn only_verdict(report: &Report) -> (Verdict, u64) {
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts.len(), 1, "{report}");
    verdicts[0]
}

#[test]
fn a_stack_that_cannot_be_had_is_an_error_at_once() {
    for size in [usize::MAX, usize::MAX - 100_000, usize::MAX / 2] {
        let since = Instant::now();
        let report = two_increments()
            .engine(Engine::Fibers)
            .stack_size(size)
            .explore();
        assert_eq!(
            report.error().unwrap().kind(),
            ErrorKind::NoOsThread,
            "{report}"
        );
        let text = report.to_string();
        assert!(
            text.contains(&size.to_string()) && text.contains("`a`"),
            "{text}"
        );
        assert!(since.elapsed() < Duration::from_secs(5));
    }
    assert_lost_update_is_found();
}

#[test]
fn a_small_stack_is_enough_for_a_small_thread() {
    let report = Explorer::new(|| ())
        .thread("a", |()| marker!("x"))
        .thread("b", |()| marker!("y"))
        .engine(Engine::Fibers)
        .stack_size(64 << 10)
        .explore();
    assert_eq!(only_verdict(&report), (Verdict::Held, 2));
}

#[test]
fn explorers_and_executors_work_inside_of_bodies_checks_and_invariants() {
    fn explore_inside() {
        for engine in [Engine::Threads, Engine::Fibers] {
            let report = two_increments().engine(engine).keep_going().explore();
            assert_eq!((report.schedules(), report.failing()), (6, 4));
        }
    }
    fn execute_inside() {
        let value = Arc::new(AtomicU32::new(0));
        let both_read: Schedule = schedule![a: read, b: read, a: write, b: write];
        let mut executor = TraceExecutor::new(both_read);
        for name in ["a", "b"] {
            let value = Arc::clone(&value);
            executor.run(name, move || increment(&value));
        }
        executor.wait(Duration::from_secs(60)).unwrap();
        assert_eq!(value.load(SeqCst), 1);
    }
    let report = on_both(|| {
        Explorer::new(AtomicU32::default)
            .thread("explores", |value| {
                marker!("explore");
                explore_inside();
                increment(value);
            })
            .thread("executes", |value| {
                execute_inside();
                increment(value);
            })
            .invariant("an explorer in an invariant", |value| {
                explore_inside();
                value.load(SeqCst) <= 2
            })
            // Each runs some twenty explorations, on a machine that may be busy.
            .timeout(Duration::from_secs(300))
            .check(|value| {
                explore_inside();
                assert!(value.load(SeqCst) > 0);
            })
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 10));
}

/// What the kernel calls the calling OS thread.
#[cfg(target_os = "linux")]
fn kernel_id() -> std::path::PathBuf {
    std::fs::read_link("/proc/thread-self").unwrap()
}

/// Each has thread-locals of its own, but for the kernel they are one thread.
#[cfg(target_os = "linux")]
#[test]
fn a_failure_that_only_a_shared_os_thread_shows_is_not_reproduced_and_the_report_says_why() {
    let note = |ids: &Mutex<Vec<_>>| {
        marker!("note");
        let mut ids = ids.lock().unwrap();
        ids.push(kernel_id());
        assert!(ids.len() < 2 || ids[0] != ids[1], "one OS thread");
    };
    let report = Explorer::new(Mutex::default)
        .thread("a", note)
        .thread("b", note)
        .engine(Engine::Fibers)
        .explore();
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Panic(it) if it.thread() == "b"));
    assert!(!failure.is_reproduced());
    let text = report.to_string();
    for part in ["NOT REPRODUCED", "fresh threads", "the identity of the"] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

#[test]
fn sixty_four_threads_are_as_good_as_two() {
    let report = on_both(|| {
        let explorer = Explorer::new(AtomicU32::default);
        let explorer = (0..64).fold(explorer, |explorer, number| {
            explorer.thread(format!("t{number}"), move |sum: &AtomicU32| {
                marker!("add");
                sum.fetch_add(number, SeqCst);
            })
        });
        explorer.outcome(|sum| sum.load(SeqCst)).max_schedules(200)
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 200));
    // 63 · 64 / 2
    assert_eq!(report.outcomes().collect::<Vec<_>>(), [("2016", 200)]);
}

#[test]
fn a_hundred_explorers_at_once_do_not_disturb_each_other() {
    let explore = |workers| {
        let explorer = two_increments().thread("c", increment);
        let explorer = explorer.engine(Engine::Fibers).workers(workers);
        explorer.keep_going().explore().to_string()
    };
    let alone = explore(1);
    thread::scope(|scope| {
        for number in 0..100 {
            let alone = &alone;
            scope.spawn(move || assert_eq!(&explore(number % 3 + 1), alone));
        }
    });
}
