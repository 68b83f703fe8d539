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

use interlace::{Engine, Explorer, FailureKind, Report, Schedule, Step, TimelineStep, marker};
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
        "\"a worker with a name\":start",
        "main/2:start",
        "\"a worker with a name\":first",
        "main:join",
        "main/2:second",
        "main:join",
        "main:join",
    ];
    replay(three, &steps);
}

/// A named thread starts an unnamed one, which starts a named one, all within one scope.
fn nested() -> Explorer<()> {
    Explorer::new(|| ()).allow_trivial().thread("main", |()| {
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
    let steps = ["b:start", "b/1:start", "c:start", "main:resume(start)"];
    replay(nested, &steps);
    // Each starts the next at the end of its only step.
    assert_eq!(report.schedules(), 1);
}

/// The thread whose name would be seen first has not begun when the execution ends.
fn lost() -> Explorer<Arc<AtomicU32>> {
    Explorer::new(Arc::default)
        .thread("main", |count: &Arc<AtomicU32>| {
            for name in ["adder", "other"] {
                let count = Arc::clone(count);
                let add = move || {
                    let read = count.load(SeqCst);
                    marker!("write");
                    count.store(read + 1, SeqCst);
                };
                named(name).spawn(add).unwrap();
            }
        })
        .check(|count| assert_eq!(count.load(SeqCst), 2))
}

#[test]
fn a_failure_is_told_by_names() {
    let report = explore(lost);
    // `start` and `write` of each: C(4, 2) orders, and all but two lose an increment.
    assert_eq!((report.schedules(), report.failing()), (6, 4));
    let failure = report.assert_fails();
    assert_eq!(failure.schedule().to_string(), "adder:start other:start");
    assert!(failure.is_reproduced() && failure.is_proved_minimal());
}

#[test]
fn a_panic_in_a_named_thread_is_a_value_for_who_joins_it() {
    let report = explore(|| {
        Explorer::new(|| ()).thread("main", |()| {
            let worker = named("worker").spawn(|| panic!("lost")).unwrap();
            let panic = worker.join().unwrap_err();
            assert_eq!(*panic.downcast::<&str>().unwrap(), "lost");
            let worker = named("next").spawn(|| panic!("again")).unwrap();
            worker.join().unwrap();
        })
    });
    assert_eq!((report.schedules(), report.failing()), (1, 1));
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Panic(panic) if panic.thread() == "main"));
    let timeline = failure.timeline();
    let steps = timeline.steps().iter().map(TimelineStep::thread);
    assert!(steps.eq(["worker", "main", "next", "main"]));
}

#[test]
fn threads_that_have_not_begun_never_do_and_drop_what_they_were_to_run() {
    static BEGUN: AtomicU32 = AtomicU32::new(0);
    for engine in ENGINES {
        let kept = Arc::new(());
        let own = Arc::clone(&kept);
        let explorer = || {
            let own = Arc::clone(&own);
            Explorer::new(move || Arc::clone(&own)).thread("main", |state: &Arc<()>| {
                let begin = || {
                    let state = Arc::clone(state);
                    move || {
                        drop(state);
                        BEGUN.fetch_add(1, SeqCst);
                    }
                };
                // On fibers, the first execution is begun anew when it has started a thread.
                drop(named("first").spawn(|| ()).unwrap());
                marker!("start");
                drop(named("worker").spawn(begin()).unwrap());
                drop(thread::spawn(begin()));
                panic!("at once");
            })
        };
        let report = explorer().engine(engine).keep_going().explore();
        // `start` is before the first step of the other, or after it.
        assert_eq!((report.schedules(), report.failing()), (2, 2));
        // This one, that of the explorer below, which is gone, and nobody else's.
        assert_eq!(Arc::strong_count(&kept), 2, "{engine:?}");
    }
    assert_eq!(BEGUN.load(SeqCst), 0);
}

extern "C" fn begin(argument: *mut c_void) -> *mut c_void {
    // SAFETY: it is a C string.
    unsafe { libc::pthread_setname_np(libc::pthread_self(), c"renamed".as_ptr()) };
    marker!("inside");
    argument
}

/// Starts a thread as C code does.
fn of_c() -> Explorer<()> {
    // SAFETY: the places live longer than the calls.
    Explorer::new(|| ())
        .allow_trivial()
        .thread("main", |()| unsafe {
            let mut thread = 0;
            let result = libc::pthread_create(&raw mut thread, ptr::null(), begin, ptr::null_mut());
            assert_eq!(result, 0);
            assert_eq!(libc::pthread_join(thread, ptr::null_mut()), 0);
        })
}

#[test]
fn a_thread_of_c_keeps_its_first_name() {
    let report = explore(of_c);
    report.assert_ok();
    replay(of_c, &["main/1:start", "main/1:inside", "main:join"]);
}

#[test]
fn a_hundred_executions_are_the_same() {
    for engine in ENGINES {
        let steps = || {
            let execution = three().engine(engine).replay(&Schedule::default());
            execution.assert_ok();
            execution.steps().to_vec()
        };
        let first = steps();
        assert_eq!(first.len(), 8);
        for _ in 1..100 {
            assert_eq!(steps(), first);
        }
    }
}

#[test]
fn std_shares_a_lock_with_other_threads_of_the_process() {
    // Each worker starts and ends threads, for which std takes a lock of its own.
    for _ in 0..20 {
        let report = three().engine(Engine::Fibers).workers(2).explore();
        report.assert_ok();
        assert_eq!(report.schedules(), 70);
    }
}
