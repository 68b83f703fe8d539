//! Panics, guards and destructors.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::thread;

use interlace::{Engine, Explorer, FailureKind, Verdict, marker, schedule};

use crate::{on_both, only_verdict};

#[test]
fn payloads_of_every_kind_are_panics_on_both_engines() {
    struct PanicsWhenDropped;
    impl Drop for PanicsWhenDropped {
        fn drop(&mut self) {
            assert!(thread::panicking(), "the payload was dropped");
        }
    }
    type Payload = fn() -> Box<dyn Any + Send>;
    let payloads: [(Payload, &str); 5] = [
        (|| Box::new("a text"), "a text"),
        (|| Box::new(String::from("a string")), "a string"),
        (|| Box::new(7), "no text"),
        (|| Box::new(()), "no text"),
        (|| Box::new(PanicsWhenDropped), "no text"),
    ];
    for (payload, message) in payloads {
        let report = on_both(|| {
            Explorer::new(|| ())
                .thread("a", |()| marker!("x"))
                .thread("b", move |()| {
                    marker!("y");
                    panic::resume_unwind(payload());
                })
                .keep_going()
        });
        assert_eq!(only_verdict(&report), (Verdict::Panicked, 2));
        let FailureKind::Panic(failure) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        assert_eq!(failure.thread(), "b");
        let told = failure.panic().message();
        assert!(told.contains(message), "{told}");
        assert!(report.assert_fails().is_reproduced());
    }
}

/// Notes when it is dropped, and whether its thread was panicking.
struct Guard<'a>(&'a Mutex<Vec<String>>, &'static str);

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        let how = if thread::panicking() {
            "unwound"
        } else {
            "left"
        };
        marker!("in_a_destructor");
        self.0.lock().unwrap().push(format!("{} {how}", self.1));
    }
}

#[test]
fn guards_of_paused_threads_are_dropped_in_order_before_the_state() {
    // The state is dropped on the thread that made it, when the guards have told it all.
    static DROPPED: Mutex<Vec<String>> = Mutex::new(Vec::new());
    struct Notes(Mutex<Vec<String>>);
    impl Drop for Notes {
        fn drop(&mut self) {
            let notes = std::mem::take(self.0.get_mut().unwrap());
            DROPPED.lock().unwrap().push(notes.join(", "));
        }
    }
    for engine in [Engine::Threads, Engine::Fibers] {
        DROPPED.lock().unwrap().clear();
        let execution = Explorer::new(|| Notes(Mutex::default()))
            .thread("fails", |notes| {
                let _guard = Guard(&notes.0, "fails");
                marker!("go");
                panic!("now");
            })
            .thread("outer", |notes| {
                let _outer = Guard(&notes.0, "outer");
                let _inner = Guard(&notes.0, "inner");
                marker!("stay");
            })
            .task("task", async |notes: &Notes| {
                let _guard = Guard(&notes.0, "task");
                std::future::pending::<()>().await;
            })
            .engine(engine)
            .replay(&schedule![fails: go]);
        assert!(matches!(
            execution.failure_kind(),
            Some(FailureKind::Panic(_))
        ));
        let dropped = DROPPED.lock().unwrap();
        let expected = "fails unwound, inner unwound, outer unwound, task unwound";
        assert_eq!(*dropped, [expected], "{engine:?}");
    }
}

#[test]
fn markers_in_destructors_pause_where_nothing_unwinds() {
    // A guard of each thread is left, at a marker: 2 markers each, 4! / (2! 2!) = 6.
    let report = on_both(|| {
        let enter = |notes: &Mutex<Vec<String>>| {
            let _guard = Guard(notes, "guard");
            marker!("enter");
        };
        Explorer::new(Mutex::<Vec<String>>::default)
            .thread("a", enter)
            .thread("b", enter)
            .check(|notes| assert_eq!(*notes.lock().unwrap(), ["guard left", "guard left"]))
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 6));
}

#[test]
fn a_destructor_that_panics_where_nothing_unwinds_is_a_panic() {
    struct Panics;
    impl Drop for Panics {
        fn drop(&mut self) {
            assert!(thread::panicking(), "dropped");
        }
    }
    let report = on_both(|| {
        Explorer::new(|| ())
            .thread("a", |()| {
                let _guard = Panics;
                marker!("x");
            })
            .thread("b", |()| {
                let _guard = Panics;
                marker!("y");
            })
            .keep_going()
    });
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 2));
}

#[test]
fn a_panic_that_the_thread_catches_around_a_marker_is_its_own_business() {
    let report = on_both(|| {
        let catch = |seen: &Mutex<Vec<&'static str>>| {
            for message in ["one", "two"] {
                let caught = panic::catch_unwind(AssertUnwindSafe(|| {
                    marker!("before");
                    assert!(!thread::panicking());
                    panic::resume_unwind(Box::new(message));
                }));
                assert!(!thread::panicking());
                seen.lock()
                    .unwrap()
                    .push(caught.unwrap_err().downcast_ref::<&str>().unwrap());
            }
        };
        Explorer::new(Mutex::<Vec<_>>::default)
            .thread("a", catch)
            .thread("b", catch)
            .check(|seen| assert_eq!(seen.lock().unwrap().len(), 4))
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 6));
}

#[test]
fn a_thread_that_catches_its_unwinding_is_unwound_again() {
    let report = on_both(|| {
        Explorer::new(|| ())
            .thread("stubborn", |()| {
                for _ in 0..3 {
                    let _ = panic::catch_unwind(|| marker!("first"));
                }
                marker!("second");
                unreachable!("the execution is over");
            })
            .thread("fails", |()| {
                marker!("go");
                panic!("now");
            })
            .max_schedules(3)
            .keep_going()
    });
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 3));
}
