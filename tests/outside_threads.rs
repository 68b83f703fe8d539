//! Threads that no run controls, which work for the program: their work is waited for, however long
//! it takes, so that it counts as instantaneous.

#![cfg(target_os = "linux")]

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, Report, Verdict, marker};

const PLACES: [(Engine, usize); 4] = [
    (Engine::Threads, 1),
    (Engine::Threads, 2),
    (Engine::Fibers, 1),
    (Engine::Fibers, 2),
];

/// Explores everywhere, twice; asserts that all say the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let places = PLACES.iter().chain(&PLACES);
    let reports = places.map(|(engine, workers)| {
        let explorer = explorer().engine(*engine).workers(*workers);
        explorer.keep_going().explore()
    });
    let reports: Vec<_> = reports.collect();
    for (report, place) in reports.iter().zip(PLACES.iter().chain(&PLACES)) {
        assert_eq!(report.to_string(), reports[0].to_string(), "{place:?}");
    }
    reports.into_iter().next().unwrap()
}

fn verdicts(report: &Report) -> Vec<(Verdict, u64)> {
    report.verdicts().collect()
}

/// Work that no call interrupts.
fn work(millis: u64) {
    let since = Instant::now();
    while since.elapsed() < Duration::from_millis(millis) {
        std::hint::spin_loop();
    }
}

type Request = mpsc::Sender<()>;

/// A thread that answers each request after some work.
fn server(millis: u64) -> Arc<Mutex<mpsc::Sender<Request>>> {
    let (sender, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        for reply in requests {
            work(millis);
            let _ = reply.send(());
        }
    });
    Arc::new(Mutex::new(sender))
}

fn ask(server: &Mutex<mpsc::Sender<Request>>) {
    let (request, reply) = mpsc::channel();
    server.lock().unwrap().send(request).unwrap();
    reply.recv().unwrap();
}

#[test]
fn the_answer_of_a_thread_that_was_started_before_has_come_when_it_is_waited_for() {
    for millis in [0, 3] {
        let server = server(millis);
        let report = explore(|| {
            let body = |server: &Arc<Mutex<mpsc::Sender<Request>>>| {
                marker!("ask");
                ask(server);
                marker!("answered");
            };
            let server = Arc::clone(&server);
            let explorer = Explorer::new(move || Arc::clone(&server));
            explorer.thread("a", body).thread("b", body)
        });
        // Nobody waits, so there are two steps of each: 4! / (2! 2!) orders.
        assert_eq!(verdicts(&report), [(Verdict::Held, 6)], "{report}");
    }
}

#[test]
fn orders_in_which_the_answer_comes_before_the_other_has_asked_are_run() {
    struct State {
        server: Arc<Mutex<mpsc::Sender<Request>>>,
        asked: AtomicU32,
    }
    let server = server(2);
    let report = explore(|| {
        let body = |state: &State| {
            marker!("ask");
            state.asked.fetch_add(1, SeqCst);
            ask(&state.server);
            assert_eq!(state.asked.load(SeqCst), 2, "the other has not asked");
            marker!("answered");
        };
        let server = Arc::clone(&server);
        let new = move || State {
            server: Arc::clone(&server),
            asked: AtomicU32::new(0),
        };
        Explorer::new(new).thread("a", body).thread("b", body)
    });
    // Whoever asks first is answered before the other goes on, in the same step.
    assert_eq!(verdicts(&report), [(Verdict::Panicked, 2)], "{report}");
}

#[test]
fn a_pool_that_was_begun_before_is_waited_for() {
    rayon::join(|| (), || ());
    let report = explore(|| {
        let pool = |(): &()| {
            marker!("x");
            rayon::scope(|scope| scope.spawn(|_| work(3)));
            marker!("y");
        };
        let other = |(): &()| {
            marker!("x");
            marker!("y");
        };
        Explorer::new(|| ()).thread("a", pool).thread("b", other)
    });
    assert_eq!(verdicts(&report), [(Verdict::Held, 6)], "{report}");
}

#[test]
fn a_thread_that_waits_for_an_answer_that_never_comes_is_deadlocked() {
    let (sender, requests) = mpsc::channel::<Request>();
    thread::spawn(move || {
        // It takes all requests and keeps them.
        let kept: Vec<_> = requests.into_iter().collect();
        drop(kept);
    });
    let server = Arc::new(Mutex::new(sender));
    let since = Instant::now();
    let report = explore(|| {
        let server = Arc::clone(&server);
        Explorer::new(move || Arc::clone(&server)).thread("a", |server| ask(server))
    });
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 1)], "{report}");
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_thread_that_works_for_ever_is_named() {
    let (sender, requests) = mpsc::channel::<()>();
    let forever = move || {
        if requests.recv().is_ok() {
            loop {
                std::hint::spin_loop();
            }
        }
    };
    thread::Builder::new()
        .name("forever".to_owned())
        .spawn(forever)
        .unwrap();
    let sender = Arc::new(Mutex::new(sender));
    for engine in [Engine::Threads, Engine::Fibers] {
        let sender = Arc::clone(&sender);
        let report = Explorer::new(move || Arc::clone(&sender))
            .thread("a", |sender: &Arc<Mutex<mpsc::Sender<()>>>| {
                marker!("ask");
                let _ = sender.lock().unwrap().send(());
                marker!("asked");
            })
            .timeout(Duration::from_millis(300))
            .engine(engine)
            .explore();
        assert_eq!(verdicts(&report), [(Verdict::TimedOut, 1)], "{report}");
        let text = report.to_string();
        assert!(
            text.contains("thread \"forever\", which is no thread of the program"),
            "{text}"
        );
    }
}

/// A thread that is started inside, works or gives way, and is joined after a marker.
fn helped(helper: impl Fn(&AtomicU32) + Clone + Send + Sync + 'static) -> Explorer<Arc<AtomicU32>> {
    Explorer::new(|| Arc::new(AtomicU32::new(0)))
        .thread("a", move |sum: &Arc<AtomicU32>| {
            marker!("spawn");
            let (sum, helper) = (Arc::clone(sum), helper.clone());
            let started = thread::spawn(move || helper(&sum));
            marker!("join");
            started.join().unwrap();
            marker!("end");
        })
        .thread("b", |_| {
            marker!("x");
            marker!("y");
        })
}

#[test]
fn a_helper_that_is_started_inside_is_a_thread_of_the_program() {
    let report = explore(|| {
        helped(|sum| {
            work(1);
            sum.fetch_add(1, SeqCst);
        })
    });
    // The helper starts after `spawn` and has ended when `a` goes on from joining it, which is a step:
    // before `join` or after it. The two steps of `b` lie anywhere: 2 * 7! / (5! 2!) orders.
    assert_eq!(verdicts(&report), [(Verdict::Held, 42)], "{report}");
}

#[test]
fn one_who_is_notified_is_one_of_all_who_wait() {
    #[derive(Default)]
    struct State {
        mutex: Mutex<()>,
        condition: Condvar,
        waiting: AtomicU32,
        both: AtomicU32,
    }
    fn wait(state: &State) {
        let guard = state.mutex.lock().unwrap();
        state.waiting.fetch_add(1, SeqCst);
        drop(state.condition.wait(guard).unwrap());
    }
    // One that the setup starts is no thread of the program.
    let report = explore(|| {
        Explorer::new(|| {
            let state = Arc::new(State::default());
            let other = Arc::clone(&state);
            thread::spawn(move || wait(&other));
            state
        })
        .thread("b", |state: &Arc<State>| {
            marker!("wait");
            wait(state);
        })
        .thread("c", |state| {
            marker!("notify");
            let _guard = state.mutex.lock().unwrap();
            state.both.store(state.waiting.load(SeqCst), SeqCst);
            state.condition.notify_one();
        })
    });
    // The thread of the program comes first. If it waits after the notification, which the other one
    // has had, nobody wakes it.
    let expected = [(Verdict::Held, 1), (Verdict::Deadlocked, 1)];
    assert_eq!(verdicts(&report), expected, "{report}");
}

/// Interlace has threads of its own, such as the one that shows how far a search is, and sleeps in between.
#[test]
fn no_thread_of_interlace_is_waited_for() {
    let report = explore(|| {
        Explorer::new(<[Mutex<()>; 2]>::default)
            .thread("one", |[left, right]| {
                let _left = left.lock();
                marker!("second");
                let _right = right.lock();
            })
            .thread("other", |[left, right]| {
                let _right = right.lock();
                marker!("second");
                let _left = left.lock();
            })
            .progress(true)
    });
    // Each has its first lock when it comes to the marker.
    assert_eq!(verdicts(&report), [(Verdict::Deadlocked, 2)], "{report}");
}
