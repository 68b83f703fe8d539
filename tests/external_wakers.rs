//! Tasks that a thread or a runtime outside of the program wakes, and tasks that nobody does.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{
    AsyncTraceExecutor, Engine, ErrorKind, Explorer, Report, Verdict, marker, schedule,
};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

const PLACES: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 2),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
];

/// Long enough that a test which waited for it would be noticed.
const LONG: Duration = Duration::from_secs(60);

/// Explores everywhere; asserts that all say the same, without waiting for the time-out.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let since = Instant::now();
    let reports = PLACES.map(|(engine, workers)| {
        let explorer = explorer().engine(engine).workers(workers);
        explorer.timeout(LONG).keep_going().explore()
    });
    assert!(since.elapsed() < LONG / 2);
    for report in &reports {
        assert_eq!(report.to_string(), reports[0].to_string());
    }
    reports.into_iter().next().unwrap()
}

fn verdicts(report: &Report) -> Vec<(Verdict, u64)> {
    report.verdicts().collect()
}

/// Gives a waker to `keep` and is pending, once.
async fn wait_once(keep: impl FnOnce(Waker)) {
    let mut keep = Some(keep);
    poll_fn(|context| match keep.take() {
        Some(keep) => {
            keep(context.waker().clone());
            Poll::Pending
        }
        None => Poll::Ready(()),
    })
    .await;
}

/// A thread outside of the program that does something with each waker, after some time. Returns
/// what gives it one.
fn outside(delay: Duration, act: fn(Waker)) -> impl Fn(Waker) + Clone + Send + Sync + 'static {
    let (sender, wakers) = mpsc::channel();
    thread::spawn(move || {
        for waker in wakers {
            if !delay.is_zero() {
                thread::sleep(delay);
            }
            act(waker);
        }
    });
    move |waker| sender.send(waker).unwrap()
}

/// A task that waits for `keep`'s waker and then has a marker, beside threads of two and of one.
fn beside_threads(keep: impl Fn(Waker) + Clone + Send + Sync + 'static) -> Explorer<Mutex<String>> {
    Explorer::new(Mutex::<String>::default)
        .task("asks", async move |log: &Mutex<String>| {
            wait_once(&keep).await;
            log.lock().unwrap().push('w');
            marker!("answer");
        })
        .thread("two", |log| {
            marker!("first");
            log.lock().unwrap().push('1');
            marker!("second");
        })
        .thread("one", |log| {
            marker!("only");
            log.lock().unwrap().push('2');
        })
        .outcome(|log| log.lock().unwrap().clone())
        .external_wakers(true)
}

#[test]
fn a_wake_up_that_time_brings_is_heard_when_nobody_else_can_go_on() {
    // 3! / (2! 1!) = 3 orders of the others' steps, after which the task goes on: of those, one
    // (only first second) has `one` before `two`.
    let expected = [("\"12w\"", 2), ("\"21w\"", 1)];
    let later = outside(Duration::from_millis(20), Waker::wake);
    let report = explore(|| beside_threads(later.clone()));
    assert_eq!(verdicts(&report), [(Verdict::Held, 3)], "{report}");
    assert!(report.is_exhaustive());
    assert_eq!(report.outcomes().collect::<Vec<_>>(), expected);
}

#[test]
fn a_wake_up_that_the_program_brings_is_heard_before_the_next_step() {
    // The thread outside is waited for, so the task is woken when the first step is chosen. To go
    // on, and to answer, are two steps: 5! / (2! 2! 1!) = 30 orders. Where each thread's first step
    // lies among these is counted by hand.
    let expected = [
        ("\"12w\"", 4),
        ("\"1w2\"", 8),
        ("\"21w\"", 3),
        ("\"2w1\"", 3),
        ("\"w12\"", 8),
        ("\"w21\"", 4),
    ];
    let at_once = outside(Duration::ZERO, Waker::wake);
    let report = explore(|| beside_threads(at_once.clone()));
    assert_eq!(verdicts(&report), [(Verdict::Held, 30)], "{report}");
    assert!(report.is_exhaustive());
    assert_eq!(report.outcomes().collect::<Vec<_>>(), expected);
}

#[test]
fn a_wake_up_from_inside_is_heard_at_once_and_going_on_is_a_step() {
    let report = explore(|| {
        Explorer::new(Mutex::<(Option<Waker>, String)>::default)
            .task("asks", async |shared: &Mutex<(Option<Waker>, String)>| {
                wait_once(|waker| shared.lock().unwrap().0 = Some(waker)).await;
                shared.lock().unwrap().1.push('w');
            })
            .thread("wakes", |shared| {
                marker!("wake");
                shared.lock().unwrap().0.take().unwrap().wake();
                marker!("go_on");
                shared.lock().unwrap().1.push('1');
            })
            .outcome(|shared| shared.lock().unwrap().1.clone())
            .external_wakers(true)
    });
    // After `wake` either goes on first.
    let expected = [("\"1w\"", 1), ("\"w1\"", 1)];
    assert_eq!(report.outcomes().collect::<Vec<_>>(), expected);
}

#[test]
fn tasks_that_are_woken_from_outside_in_one_order_go_on_in_every_order() {
    // A server wakes whoever asks when both have asked, the second first.
    let (server, asked) = mpsc::channel::<Waker>();
    thread::spawn(move || {
        while let (Ok(a), Ok(b)) = (asked.recv(), asked.recv()) {
            b.wake();
            a.wake();
        }
    });
    // Often, since the first waker to fire may be gone, or not, when the second is looked for.
    for engine in [Engine::Threads, Engine::Fibers].repeat(100) {
        let task = |name: char, server: mpsc::Sender<Waker>| {
            async move |log: &Mutex<String>| {
                wait_once(|waker| server.send(waker).unwrap()).await;
                log.lock().unwrap().push(name);
                marker!("answer");
            }
        };
        // Of two workers the server might wake one task each.
        let report = Explorer::new(Mutex::<String>::default)
            .task("a", task('a', server.clone()))
            .task("b", task('b', server.clone()))
            .outcome(|log| log.lock().unwrap().clone())
            .external_wakers(true)
            .engine(engine)
            .workers(1)
            .explore();
        // Each goes on, and answers: 4! / (2! 2!) orders, in half of which `a` goes on first.
        let expected = [("\"ab\"", 3), ("\"ba\"", 3)];
        assert_eq!(report.outcomes().collect::<Vec<_>>(), expected);
    }
}

/// A runtime on a thread of its own.
fn runtime() -> Handle {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_time().build().unwrap();
        sender.send(runtime.handle().clone()).unwrap();
        runtime.block_on(std::future::pending::<()>());
    });
    receiver.recv().unwrap()
}

/// Work on the runtime that begins when this task waits for it.
async fn work(runtime: &Handle) -> u32 {
    let (begin, gate) = oneshot::channel();
    let mut work = pin!(runtime.spawn(async {
        gate.await.unwrap();
        tokio::time::sleep(Duration::from_millis(2)).await;
        7
    }));
    let mut begin = Some(begin);
    let result = poll_fn(|context| {
        let result = work.as_mut().poll(context);
        if let Some(begin) = begin.take() {
            begin.send(()).unwrap();
        }
        result
    });
    result.await.unwrap()
}

#[test]
fn a_task_may_wait_for_the_timer_of_a_runtime() {
    let runtime = runtime();
    let report = explore(|| {
        let runtime = runtime.clone();
        Explorer::new(Mutex::<u32>::default)
            .task("asks", async move |sum: &Mutex<u32>| {
                marker!("ask");
                let answer = work(&runtime).await;
                marker!("add");
                *sum.lock().unwrap() += answer;
            })
            .thread("other", |_| marker!("x"))
            .check(|sum| assert_eq!(*sum.lock().unwrap(), 7))
            .external_wakers(true)
    });
    // x ask add, and ask x add: while the work lasts `x` goes, and is not tried after it.
    assert_eq!(verdicts(&report), [(Verdict::Held, 2)], "{report}");
}

#[test]
fn without_being_told_of_an_outside_it_is_a_deadlock_that_says_what_to_do() {
    static KEPT: Mutex<Vec<Waker>> = Mutex::new(Vec::new());
    let report =
        explore(|| beside_threads(|waker| KEPT.lock().unwrap().push(waker)).external_wakers(false));
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 3)]);
    let text = report.to_string();
    for part in [
        "deadlock: no thread can go on",
        "asks  waits to be woken, before its first marker\n",
        "somebody still holds a waker of `asks`",
        "`external_wakers(true)`",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

#[test]
fn a_task_whose_waker_nobody_holds_is_a_deadlock_at_once() {
    let dropped: fn(Waker) = drop;
    let report = explore(|| beside_threads(dropped));
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 3)]);
    let text = report.to_string();
    let forgotten = "waits to be woken, before its first marker, and nobody holds a waker of it";
    assert!(text.contains(forgotten), "{text}");
    assert!(!text.contains("`external_wakers(true)`"), "{text}");
}

#[test]
fn a_waker_that_goes_without_being_called_ends_the_waiting() {
    let later = outside(Duration::from_millis(50), drop);
    let report = explore(|| beside_threads(later.clone()));
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 3)]);
    assert!(
        report.to_string().contains("nobody holds a waker"),
        "{report}"
    );
}

#[test]
fn a_waker_that_is_kept_and_never_called_is_waited_for_until_the_time_is_up() {
    static KEPT: Mutex<Vec<Waker>> = Mutex::new(Vec::new());
    let timeout = Duration::from_millis(600);
    let in_place = |(engine, workers)| {
        let since = Instant::now();
        let explorer = beside_threads(|waker| KEPT.lock().unwrap().push(waker));
        let explorer = explorer.timeout(timeout).engine(engine).workers(workers);
        let report = explorer.keep_going().explore();
        // The first of three by itself, the others perhaps side by side.
        assert!(since.elapsed() >= timeout * 2);
        assert_eq!(verdicts(&report), [(Verdict::TimedOut, 3)], "{report}");
        assert!(!report.is_exhaustive());
        let text = report.to_string();
        for part in [
            "nothing outside of the program has woken a task within 600ms",
            "Somebody still holds a waker of `asks`",
            "this is a deadlock",
            "`timeout`",
            "asks  waits to be woken, before its first marker",
            "two   has finished",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
        // And the next is right.
        let at_once = outside(Duration::ZERO, Waker::wake);
        let next = beside_threads(at_once).engine(engine).workers(workers);
        assert_eq!(verdicts(&next.explore()), [(Verdict::Held, 30)]);
    };
    thread::scope(|scope| PLACES.map(|place| drop(scope.spawn(move || in_place(place)))));
}

#[test]
fn tasks_that_wait_for_each_other_are_a_deadlock_at_once() {
    type Locks = [tokio::sync::Mutex<()>; 2];
    let report = explore(|| {
        let both = |first: usize| {
            async move |locks: &Locks| {
                let _one = locks[first].lock().await;
                marker!("between");
                let _other = locks[1 - first].lock().await;
            }
        };
        Explorer::new(Locks::default)
            .task("a", both(0))
            .task("b", both(1))
    });
    // Both have one lock before the first step, and whoever goes first waits for the other.
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 2)]);
    assert!(report.is_exhaustive());
}

#[test]
fn an_executor_waits_for_what_wakes_its_tasks_from_outside() {
    let run = |is_expected: bool, keep: fn(Waker)| {
        let log = Arc::new(Mutex::new(String::new()));
        let mut executor = AsyncTraceExecutor::new(schedule![b: x]).external_wakers(is_expected);
        for name in ["a", "b"] {
            let log = Arc::clone(&log);
            executor.run(name, async move {
                if name == "a" {
                    wait_once(keep).await;
                }
                marker!("x");
                log.lock().unwrap().push_str(name);
            });
        }
        let result = executor.wait(LONG);
        (result, log.lock().unwrap().clone())
    };
    let wake: fn(Waker) = |waker| drop(thread::spawn(move || waker.wake()));
    let (result, log) = run(true, wake);
    assert_eq!((result, log.as_str()), (Ok(()), "ba"));

    let since = Instant::now();
    let error = run(true, drop).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadlock, "{error}");
    let error = run(false, std::mem::forget).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadlock, "{error}");
    assert!(
        error.to_string().contains("`external_wakers(true)`"),
        "{error}"
    );
    assert!(since.elapsed() < LONG / 2);
}
