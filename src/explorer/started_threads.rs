//! Threads that a program starts while it is explored, through both engines.

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use proptest::collection::vec;
use proptest::prelude::*;

use super::Explorer;
use crate::engine::{Engine, join, spawn};
use crate::failure::FailureKind;
use crate::marker;
use crate::operation::ThreadId;
use crate::report::Report;
use crate::schedule;
use crate::search::Repeats;

const ENGINES: [Engine; 2] = [Engine::Threads, Engine::Fibers];

/// The report of a program, the same on both engines, on one worker and on three.
fn report<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let explore = |engine, workers| {
        let explorer = explorer().engine(engine).workers(workers);
        explorer.keep_going().explore()
    };
    let first = explore(Engine::Threads, 1);
    for engine in ENGINES {
        for workers in [1, 3] {
            let other = explore(engine, workers);
            assert_eq!(other.to_string(), first.to_string(), "{engine:?} {workers}");
        }
    }
    first
}

#[test]
fn the_first_step_of_a_started_thread_is_a_choice() {
    let report = report(|| {
        Explorer::new(|| ()).thread("main", |()| {
            spawn(None, || marker!("child"));
            marker!("parent");
        })
    });
    // `parent` comes before `start` and `child`, between them, or after both.
    assert_eq!(report.schedules(), 3);
    report.assert_ok();
}

#[test]
fn who_joins_goes_on_after_the_end() {
    let report = report(|| {
        Explorer::new(|| Arc::new(AtomicU32::new(0))).thread("main", |value: &Arc<AtomicU32>| {
            let own = Arc::clone(value);
            let child = spawn(Some("child"), move || {
                marker!("add");
                own.fetch_add(1, SeqCst);
            });
            marker!("parent");
            join(child.unwrap());
            assert_eq!(value.load(SeqCst), 1);
        })
    });
    // As above: the join comes last in any case.
    assert_eq!(report.schedules(), 3);
    report.assert_ok();
}

#[test]
fn threads_are_started_in_threads() {
    let report = report(|| {
        Explorer::new(|| ())
            .thread("main", |()| {
                spawn(None, || {
                    spawn(None, || marker!("grandchild"));
                    marker!("child");
                });
            })
            .thread("other", |()| marker!("other"))
            .allow_trivial() // `main` only starts a thread
    });
    // A forest of six steps: `other` alone; `start` of the child, with `child` and the `start` of
    // the grandchild below it, and `grandchild` below that: 5! / (1 · 4 · 1 · 2 · 1).
    assert_eq!(report.schedules(), 15);
    report.assert_ok();
}

#[test]
fn a_failure_names_started_threads_and_its_schedule_is_replayed() {
    let explorer = || {
        Explorer::new(|| Arc::new(AtomicU32::new(0)))
            .thread("main", |value: &Arc<AtomicU32>| {
                for _ in 0..2 {
                    let value = Arc::clone(value);
                    spawn(None, move || {
                        let read = value.load(SeqCst);
                        marker!("write");
                        value.store(read + 1, SeqCst);
                    });
                }
            })
            .check(|value| assert_eq!(value.load(SeqCst), 2))
    };
    let report = report(explorer);
    // The steps are `start` and `write` of each: C(4, 2) orders, and all but two lose an increment.
    assert_eq!((report.schedules(), report.failing()), (6, 4));
    let failure = report.assert_fails();
    let minimal = schedule!["main/1": start, "main/2": start];
    assert_eq!(failure.schedule(), &minimal);
    assert!(failure.is_reproduced() && failure.is_proved_minimal());
    for engine in ENGINES {
        let execution = explorer().engine(engine).replay(&minimal);
        assert!(matches!(
            execution.failure_kind(),
            Some(FailureKind::Check(_))
        ));
        let line = execution
            .steps()
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>();
        let expected = [
            "main/1:start",
            "main/2:start",
            "main/2:write",
            "main/1:write",
        ];
        assert_eq!(line, expected);
    }
}

#[test]
fn a_parent_and_a_child_that_wait_for_each_other_are_a_deadlock() {
    let report = report(|| {
        Explorer::new(|| ()).thread("main", |()| {
            let child = spawn(Some("child"), || join(ThreadId::new(0)));
            marker!("parent");
            join(child.unwrap());
        })
    });
    // `parent` and `start` in either order; no `join` is ever enabled.
    assert_eq!((report.schedules(), report.failing()), (2, 2));
    let text = report.assert_fails().kind().to_string();
    assert!(text.starts_with("deadlock"), "{text}");
    assert!(
        text.contains("main   waits for the end of child, after passing parent"),
        "{text}"
    );
    assert!(
        text.contains("child  waits for the end of main, after passing start"),
        "{text}"
    );
}

#[test]
fn a_panic_is_told_with_the_thread_that_was_started() {
    let report = report(|| {
        Explorer::new(|| ()).thread("main", |()| {
            let child = spawn(None, || panic!("child is lost"));
            join(child.unwrap());
        })
    });
    assert_eq!((report.schedules(), report.failing()), (1, 1));
    let text = report.assert_fails().kind().to_string();
    assert!(
        text.starts_with("thread `main/1` panicked: child is lost"),
        "{text}"
    );
}

#[test]
fn threads_that_have_not_begun_when_an_execution_fails_never_do() {
    struct Dropped(Arc<AtomicU32>);
    impl Drop for Dropped {
        fn drop(&mut self) {
            self.0.fetch_add(1, SeqCst);
        }
    }
    for engine in ENGINES {
        let dropped = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&dropped);
        let report = Explorer::new(move || Arc::clone(&count))
            .thread("main", |count: &Arc<AtomicU32>| {
                let guard = Dropped(Arc::clone(count));
                spawn(None, move || drop(guard));
                panic!("at once");
            })
            .engine(engine)
            .workers(1)
            .repeats(Repeats::Never)
            .keep_going()
            .explore();
        assert_eq!((report.schedules(), report.failing()), (1, 1));
        // Found, run again to see what its schedule forces (nothing), and run once more. On fibers the
        // first two begin with an execution that is abandoned, since threads that are started need
        // thread-locals of their own.
        let abandoned = if engine == Engine::Fibers { 2 } else { 0 };
        assert_eq!(dropped.load(SeqCst), 3 + abandoned, "{engine:?}");
    }
}

#[test]
fn a_thread_that_catches_its_unwinding_starts_nothing_any_more() {
    let late = Arc::new(AtomicU32::new(0));
    let report = report(|| {
        let late = Arc::clone(&late);
        Explorer::new(|| Arc::new(AtomicU32::new(0)))
            .thread("fails", |is_over: &Arc<AtomicU32>| {
                marker!("y");
                is_over.store(1, SeqCst);
                panic!("over");
            })
            .thread("parent", move |is_over: &Arc<AtomicU32>| {
                let (is_over, late) = (Arc::clone(is_over), Arc::clone(&late));
                drop(catch_unwind(|| marker!("x")));
                spawn(None, move || {
                    late.fetch_add(is_over.load(SeqCst), SeqCst);
                });
            })
    });
    // `y` comes first, or between `x` and `start`, or last.
    assert_eq!((report.schedules(), report.failing()), (3, 3));
    assert_eq!(late.load(SeqCst), 0);
}

/// What a thread of a random program does: it passes markers and starts threads.
#[derive(Debug, Clone)]
struct Thread {
    /// The threads that are started before each marker, and after the last.
    starts: Vec<Vec<Thread>>,
}

impl Thread {
    fn run(&self) {
        for (at, started) in self.starts.iter().enumerate() {
            for thread in started.clone() {
                spawn(None, move || thread.run());
            }
            if at + 1 < self.starts.len() {
                marker!("x");
            }
        }
    }

    /// How many steps it takes from `at` on, including those of all threads that it starts; and the
    /// product of such sizes over all of these steps. Its own `start` does not count.
    fn sizes(&self, at: usize) -> (u64, u64) {
        let Some(started) = self.starts.get(at) else {
            return (0, 1);
        };
        let (mut size, mut product) = (0, 1);
        for thread in started {
            let (own, below) = thread.sizes(0);
            size += own + 1;
            product *= below * (own + 1);
        }
        if at + 1 < self.starts.len() {
            let (own, below) = self.sizes(at + 1);
            size += own + 1;
            product *= below * (own + 1);
        }
        (size, product)
    }
}

fn threads() -> impl Strategy<Value = Thread> {
    let leaf = (1..3_usize).prop_map(|steps| Thread {
        starts: vec![Vec::new(); steps],
    });
    leaf.prop_recursive(2, 6, 2, |thread| {
        vec(vec(thread, 0..2), 1..3).prop_map(|starts| Thread { starts })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(30) })]

    /// If threads start threads but wait for none, their steps form a forest. Its orders number n!
    /// / the product of the sizes of all subtrees (the hook formula: Knuth, TAOCP 3, 5.1.4,
    /// exercise 20).
    #[test]
    fn programs_that_start_threads_have_as_many_schedules_as_their_forests_have_orders(
        declared in vec(threads(), 1..3),
    ) {
        let sizes = declared.iter().map(|thread| thread.sizes(0));
        let (size, product) = sizes.fold((0, 1), |all, one| (all.0 + one.0, all.1 * one.1));
        prop_assume!((1..=8).contains(&size));
        let orders = (1..=size).product::<u64>() / product;
        let explorer = || {
            let named = declared.iter().cloned().zip(["a", "b"]);
            named.fold(Explorer::new(|| ()), |explorer, (thread, name)| {
                explorer.thread(name, move |()| thread.run())
            })
        };
        for engine in ENGINES {
            for workers in [1, 2] {
                let report = explorer().engine(engine).workers(workers).explore();
                prop_assert_eq!(report.schedules(), orders, "{:?} {}", engine, report);
            }
        }
    }
}
