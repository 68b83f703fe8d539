//! Thread-locals, identities and park tokens: each thread of a program has its own, on both engines.

use std::cell::{Cell, RefCell};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::thread::{self, ThreadId};
use std::time::Duration;

use interlace::{Engine, Explorer, FailureKind, Repeats, Report, Timeouts, Verdict, marker};

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

/// Explores on an engine, where each execution finds thread-locals as they are on a new thread.
fn explore<S: Send + Sync + 'static>(explorer: Explorer<S>, engine: Engine) -> Report {
    let explorer = explorer.fresh_threads(engine == Engine::Threads);
    explorer.engine(engine).keep_going().explore()
}

/// The only verdict of a report, and how many executions ended in it.
#[track_caller]
fn only_verdict(report: &Report) -> (Verdict, u64) {
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts.len(), 1, "{report}");
    verdicts[0]
}

thread_local! {
    static COUNT: Cell<u32> = const { Cell::new(0) };
    static LIST: RefCell<Vec<String>> = RefCell::new(vec!["new".to_owned()]);
}

#[test]
fn each_thread_has_its_own_values_and_finds_them_as_on_a_new_thread() {
    let count = |(): &()| {
        assert_eq!(COUNT.get(), 0);
        for expected in 1..=2 {
            COUNT.set(COUNT.get() + 1);
            LIST.with_borrow_mut(|list| list.push(expected.to_string()));
            marker!("counted");
            assert_eq!(COUNT.get(), expected);
        }
        assert_eq!(LIST.take(), ["new", "1", "2"]);
    };
    for engine in ENGINES {
        let explorer = Explorer::new(|| ())
            .thread("a", count)
            .thread("b", count)
            .thread("c", count);
        // 6! / 2!^3.
        let report = explore(explorer.workers(2), engine);
        assert_eq!(only_verdict(&report), (Verdict::Held, 90), "{report}");
    }
}

/// A guard that must be dropped last in, first out, as what `tokio` enters a runtime with.
struct Guard(u32);

impl Guard {
    fn enter() -> Self {
        COUNT.set(COUNT.get() + 1);
        Guard(COUNT.get())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let depth = COUNT.replace(self.0 - 1);
        assert!(
            thread::panicking() || depth == self.0,
            "dropped out of order"
        );
    }
}

#[test]
fn guards_nest_in_each_thread_across_markers() {
    let enter = |n: &AtomicU32| {
        marker!("read");
        let old = n.load(SeqCst);
        marker!("write");
        n.store(old + 1, SeqCst);
        marker!("enter");
        let _guard = Guard::enter();
        marker!("inside");
    };
    for engine in ENGINES {
        let explorer = Explorer::new(AtomicU32::default)
            .thread("a", enter)
            .thread("b", enter)
            .check(|n| assert_eq!(n.load(SeqCst), 2));
        let report = explore(explorer, engine);
        // 8! / 4!^2 = 70. Nothing is lost where both steps of one thread come before both of the
        // other: its first two, and then the other's first two among what is left of it: 2 C(6, 2).
        let verdicts: Vec<_> = report.verdicts().collect();
        let expected = [(Verdict::Held, 30), (Verdict::CheckFailed, 40)];
        assert_eq!(verdicts, expected, "{report}");
    }
}

/// Tells `TOLD` when the thread exits.
struct Tells(&'static Mutex<Vec<u32>>, u32);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(self.1);
    }
}

thread_local! {
    static FIRST: RefCell<Option<Tells>> = const { RefCell::new(None) };
    static SECOND: RefCell<Option<Tells>> = const { RefCell::new(None) };
    static LATE: RefCell<Option<Tells>> = const { RefCell::new(None) };
}

#[test]
fn destructors_of_thread_locals_run_at_the_end_of_each_thread_in_each_execution() {
    /// Makes another thread-local when it is dropped.
    struct Late(&'static Mutex<Vec<u32>>);
    impl Drop for Late {
        fn drop(&mut self) {
            LATE.set(Some(Tells(self.0, 3)));
        }
    }
    thread_local!(static LATER: RefCell<Option<Late>> = const { RefCell::new(None) });
    for engine in ENGINES {
        static TOLD: Mutex<Vec<u32>> = Mutex::new(Vec::new());
        let explorer = Explorer::new(|| ())
            .thread("a", |()| {
                FIRST.set(Some(Tells(&TOLD, 1)));
                marker!("between");
                SECOND.set(Some(Tells(&TOLD, 2)));
                LATER.set(Some(Late(&TOLD)));
            })
            .thread("b", |()| marker!("other"));
        let report = explore(explorer.repeats(Repeats::Never), engine);
        assert_eq!(only_verdict(&report), (Verdict::Held, 2), "{report}");
        let mut told = std::mem::take(&mut *TOLD.lock().unwrap());
        if engine == Engine::Fibers {
            // The latest that was registered comes first. The first execution is abandoned where
            // `a` pauses and has left something that `b` would see.
            assert_eq!(told, [1, 3, 2, 1, 3, 2, 1]);
            told.remove(0);
        }
        told.sort_unstable();
        assert_eq!(told, [1, 1, 2, 2, 3, 3], "{engine:?}");
    }
}

#[test]
fn a_destructor_of_a_thread_local_may_reach_a_marker_when_another_thread_has_failed() {
    struct Pauses;
    impl Drop for Pauses {
        fn drop(&mut self) {
            marker!("in_destructor");
            marker!("again");
        }
    }
    thread_local!(static PAUSES: RefCell<Option<Pauses>> = const { RefCell::new(None) });
    let explorer = Explorer::new(|| ())
        .thread("exits", |()| {
            PAUSES.set(Some(Pauses));
            marker!("last");
        })
        .thread("fails", |()| {
            marker!("now");
            panic!("now");
        });
    let report = explore(explorer, Engine::Fibers);
    // `now` comes before, between or after the three others.
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 4), "{report}");
}

#[test]
fn each_thread_has_an_id_of_its_own_and_the_same_at_every_marker() {
    let identify = |ids: &Mutex<Vec<ThreadId>>| {
        let id = thread::current().id();
        marker!("known");
        assert_eq!(thread::current().id(), id);
        ids.lock().unwrap().push(id);
    };
    for engine in ENGINES {
        let explorer = Explorer::new(Mutex::<Vec<ThreadId>>::default)
            .thread("a", identify)
            .thread("b", identify)
            .check(|ids| {
                let ids = ids.lock().unwrap();
                assert_ne!(ids[0], ids[1]);
                assert!(!ids.contains(&thread::current().id()));
            });
        let report = explore(explorer, engine);
        assert_eq!(only_verdict(&report), (Verdict::Held, 2), "{report}");
    }
}

#[test]
fn a_park_token_is_for_one_thread_in_one_execution() {
    // Whoever has been unparked goes on at once; the other one waits until the time is up. That comes
    // last, so there are the orders of two markers.
    for engine in ENGINES {
        let explorer = Explorer::new(|| ())
            .thread("a", |()| {
                thread::current().unpark();
                marker!("unparked");
            })
            .thread("b", |()| {
                marker!("parks");
                let since = std::time::Instant::now();
                thread::park_timeout(Duration::from_millis(5));
                assert!(
                    since.elapsed() >= Duration::from_millis(5),
                    "a token was left"
                );
            })
            .timeouts(Timeouts::Late);
        let report = explore(explorer, engine);
        assert_eq!(only_verdict(&report), (Verdict::Held, 2), "{report}");
    }
}

#[test]
fn a_panic_is_counted_for_the_thread_that_panics() {
    struct Notes<'a>(&'a Mutex<Vec<bool>>);
    impl Drop for Notes<'_> {
        fn drop(&mut self) {
            // While this thread is here, others panic and unwind.
            marker!("in_destructor");
            self.0.lock().unwrap().push(thread::panicking());
        }
    }
    for engine in ENGINES {
        let explorer = Explorer::new(Mutex::<Vec<bool>>::default)
            .thread("leaves", |notes| drop(Notes(notes)))
            .thread("catches", |notes| {
                marker!("panics");
                let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                    let _notes = Notes(notes);
                    std::panic::resume_unwind(Box::new(()));
                }));
                assert!(caught.is_err() && !thread::panicking());
                marker!("caught");
            })
            .check(|notes| {
                let mut notes = notes.lock().unwrap().clone();
                notes.sort_unstable();
                assert_eq!(notes, [false, true]);
            });
        let report = explore(explorer, engine);
        // 3! / (1! 2!).
        assert_eq!(only_verdict(&report), (Verdict::Held, 3), "{report}");
    }
}

#[test]
fn nothing_is_left_for_a_later_execution_whether_it_fails_or_not() {
    for engine in ENGINES {
        let explorer = || {
            Explorer::new(AtomicU32::default)
                .thread("a", |order| {
                    assert_eq!((COUNT.replace(1), LIST.take().len()), (0, 1), "left over");
                    marker!("one");
                    marker!("two");
                    marker!("three");
                    order.store(1, SeqCst);
                })
                .thread("b", |order| {
                    assert_eq!((COUNT.replace(2), LIST.take().len()), (0, 1), "left over");
                    marker!("one");
                    marker!("two");
                    marker!("three");
                    assert_ne!(order.load(SeqCst), 1, "as intended");
                })
        };
        for workers in [1, 2] {
            let report = explore(explorer().workers(workers), engine);
            // 6! / 3!^2 = 20, and `b` ends last in half of them.
            let verdicts: Vec<_> = report.verdicts().collect();
            assert_eq!(verdicts, [(Verdict::Held, 10), (Verdict::Panicked, 10)]);
            let FailureKind::Panic(failure) = report.assert_fails().kind() else {
                panic!("{report}");
            };
            assert!(
                failure.panic().message().contains("as intended"),
                "{report}"
            );
        }
    }
}
