//! Threads that a program starts are known by their names from their first step on.
#![cfg(all(
    target_os = "linux",
    target_env = "gnu",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#![allow(unsafe_code)]

use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread::{self, Builder};

use interlace::{Engine, Explorer, FailureKind, Report, Schedule, Step, marker};
use libc::c_void;

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

/// The report of a program, the same on both engines.
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let [threads, fibers] = ENGINES.map(|engine| explorer().engine(engine).keep_going().explore());
    assert_eq!(threads.to_string(), fibers.to_string());
    fibers
}

/// Replays a schedule that names all steps, on both engines.
fn replay<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>, steps: &[&str]) {
    let parsed = steps.iter().map(|step| step.parse().unwrap());
    let schedule: Schedule = parsed.collect::<Vec<Step>>().into_iter().collect();
    for engine in ENGINES {
        let execution = explorer().engine(engine).replay(&schedule);
        execution.assert_ok();
        let taken: Vec<_> = execution.steps().iter().map(Step::to_string).collect();
        assert_eq!(taken, steps, "{engine:?}");
    }
}

fn named(name: &str) -> Builder {
    Builder::new().name(name.to_owned())
}

/// Starts a thread with a name that the system would cut short, one without a name, and one whose
/// name is taken.
fn three() -> Explorer<()> {
    Explorer::new(|| ()).thread("main", |()| {
        let threads = [
            named("a worker with a name").spawn(|| marker!("first")),
            Builder::new().spawn(|| marker!("second")),
            named("main").spawn(|| assert_eq!(thread::current().name(), Some("main"))),
        ];
        for thread in threads {
            thread.unwrap().join().unwrap();
        }
    })
}

#[test]
fn the_first_step_has_the_name() {
    let report = explore(three);
    report.assert_ok();
    // Threads of two, two and one steps, and the joins j1 < j2 < j3, each after the end of its
    // thread: 70 linear extensions.
    assert_eq!(report.schedules(), 70);
    let steps = [
        "main/3:start",
        "a worker with a name:start",
        "main/2:start",
        "a worker with a name:first",
        "main:join(a worker with a name)",
        "main/2:second",
        "main:join(main/2)",
        "main:join(main/3)",
    ];
    replay(three, &steps);
}

/// A named thread starts an unnamed one, which starts a named one, all within one scope.
fn nested() -> Explorer<()> {
    Explorer::new(|| ()).thread("main", |()| {
        thread::scope(|scope| {
            let c = || named("c").spawn_scoped(scope, || ()).map(drop).unwrap();
            let b = move || drop(scope.spawn(c));
            named("b").spawn_scoped(scope, b).unwrap();
        });
    })
}

#[test]
fn threads_are_named_in_threads_and_in_scopes() {
    let report = explore(nested);
    report.assert_ok();
    println!("{report}");
}
