//! What is found does not depend on the engine, nor on the number of workers. The programs here
//! are large enough for several workers to take part: one searches alone at first.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use interlace::{Engine, ErrorKind, Explorer, Report, StoppedBy, Strategy, Verdict, marker};
use tokio::sync::Notify;

/// The names of the threads, in the order in which they went on from their markers.
type Order = Mutex<String>;

fn walk(order: &Order, name: char, steps: usize) {
    for _ in 0..steps {
        marker!("step");
        order.lock().unwrap().push(name);
    }
}

/// Two threads of seven steps: 14! / (7! 7!) = 3432 schedules, 1716 of which begin with `a`.
fn two_walkers() -> Explorer<Order> {
    Explorer::new(Order::default)
        .strategy(Strategy::Exhaustive)
        .thread("a", |order| walk(order, 'a', 7))
        .thread("b", |order| walk(order, 'b', 7))
}

/// The same, where orders that begin with one of `wrong` fail.
fn failing_at(wrong: &'static [&'static str]) -> Explorer<Order> {
    two_walkers().check(move |order| {
        let order = order.lock().unwrap();
        for wrong in wrong {
            assert!(!order.starts_with(wrong), "{wrong}");
        }
    })
}

/// All that a report says.
fn everything(report: &Report) -> String {
    let verdicts: Vec<_> = report.verdicts().collect();
    let failure = report.failure().map(|failure| {
        let schedules = (
            failure.found_schedule(),
            failure.schedule(),
            failure.index(),
        );
        let proofs = (failure.is_proved_minimal(), failure.is_reproduced());
        format!("{schedules:?} {proofs:?} {:?}", failure.kind())
    });
    format!(
        "{verdicts:?} {:?} {failure:?}\n{report}",
        report.stopped_by()
    )
}

/// Explores on fibers, with one worker to four; asserts that all say the same, and returns it.
#[track_caller]
fn on_one_to_four<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    // The regression test in a report holds the source around the call: so there is only one.
    let explore = |workers| {
        let explorer = explorer().engine(Engine::Fibers).workers(workers);
        explorer.explore()
    };
    let alone = explore(1);
    for workers in [2, 3, 4] {
        let together = explore(workers);
        assert_eq!(
            everything(&together),
            everything(&alone),
            "{workers} workers"
        );
    }
    alone
}

#[test]
fn a_program_that_holds_is_explored_once_over() {
    let report =
        on_one_to_four(|| two_walkers().outcome(|order| order.lock().unwrap()[..3].to_owned()));
    report.assert_ok();
    assert!(report.is_exhaustive());
    assert_eq!(report.schedules(), 3432);
    // With k of the first three steps a's: 11! / ((7 - k)! (4 + k)!).
    let outcomes: Vec<_> = report.outcomes().map(|(_, count)| count).collect();
    assert_eq!(outcomes, [330, 462, 462, 462, 462, 462, 462, 330]);
}

#[test]
fn the_first_failure_is_that_of_the_exploration_order_wherever_it_is() {
    // The number of the first schedule that begins so: as many come before it as begin otherwise.
    let cases: [(&'static [&'static str], u64); 6] = [
        (&["aaaaaaab"], 1),
        (&["abbbbbbb"], 1716),
        (&["b"], 1717),
        (&["bbbbbbb", "abbbbbbb"], 1716),
        (&["bbbbbbb", "bab"], 1716 + 462 + 1), // after `baa`: 11! / (5! 6!)
        (&["bbbbbbb"], 3432),
    ];
    for (wrong, index) in cases {
        let stopped = on_one_to_four(|| failing_at(wrong));
        assert_eq!(stopped.stopped_by(), &StoppedBy::FirstFailure);
        let failure = stopped.assert_fails();
        assert_eq!(
            (stopped.schedules(), stopped.failing()),
            (failure.index(), 1)
        );
        assert_eq!(failure.index(), index, "{wrong:?}");
    }
}

#[test]
fn failures_of_many_kinds_are_counted_alike() {
    let report = on_one_to_four(|| {
        Explorer::new(Order::default)
            .thread("a", |order| {
                walk(order, 'a', 3);
                assert!(!order.lock().unwrap().starts_with("caa"), "a panics");
                walk(order, 'a', 3);
            })
            .thread("b", |order| walk(order, 'b', 4))
            .thread("c", |order| {
                // After four of `b`'s it waits for one of `a`'s, up to the limit.
                walk(order, 'c', 1);
                while order.lock().unwrap().starts_with("bbbb")
                    && !order.lock().unwrap().ends_with('a')
                {
                    marker!("again");
                }
                walk(order, 'c', 1);
            })
            .invariant("not abcabc", |order| {
                !order.lock().unwrap().starts_with("abcabc")
            })
            .outcome(|order| order.lock().unwrap()[..2].to_owned())
            .check(|order| assert!(!order.lock().unwrap().ends_with("abab")))
            .max_steps(14)
            .keep_going()
    });
    assert_eq!(report.stopped_by(), &StoppedBy::Exhausted);
    let verdicts: Vec<_> = report.verdicts().map(|(verdict, _)| verdict).collect();
    let expected = [
        Verdict::Held,
        Verdict::Panicked,
        Verdict::CheckFailed,
        Verdict::InvariantViolated,
        Verdict::StepLimit,
    ];
    assert!(
        expected.iter().all(|verdict| verdicts.contains(verdict)),
        "{report}"
    );
    assert!(report.schedules() > 10_000, "{report}");
}

#[test]
fn tasks_that_wait_deadlock_alike() {
    struct Gate {
        order: Order,
        open: Notify,
    }
    let report = on_one_to_four(|| {
        Explorer::new(|| Gate {
            order: Order::default(),
            open: Notify::new(),
        })
        .task("waiter", async |gate: &Gate| {
            walk(&gate.order, 'w', 2);
            gate.open.notified().await;
            walk(&gate.order, 'w', 2);
        })
        .task("opener", async |gate: &Gate| {
            walk(&gate.order, 'o', 3);
            if !gate.order.lock().unwrap().starts_with("wo") {
                gate.open.notify_one();
            }
            walk(&gate.order, 'o', 3);
        })
        .thread("other", |gate| walk(&gate.order, 'x', 2))
        .keep_going()
    });
    assert!(
        report
            .verdicts()
            .any(|(verdict, _)| verdict == Verdict::Deadlocked)
    );
    assert!(report.schedules() > 5000, "{report}");
}

#[test]
fn a_program_that_differs_under_the_same_prefix_is_found_out_on_any_number() {
    static RUNS: Mutex<usize> = Mutex::new(0);
    for workers in [1, 3] {
        *RUNS.lock().unwrap() = 0;
        let report = Explorer::new(|| {
            let mut runs = RUNS.lock().unwrap();
            *runs += 1;
            (*runs, Order::default())
        })
        .thread("a", |(_, order)| walk(order, 'a', 7))
        .thread("b", |(run, order)| {
            if *run < 2500 {
                marker!("before");
            } else {
                marker!("now");
            }
            walk(order, 'b', 6);
        })
        .engine(Engine::Fibers)
        .workers(workers)
        .explore();
        let error = report.error().expect("the program differs");
        assert_eq!(error.kind(), ErrorKind::NonDeterministic, "{report}");
        assert!(!report.is_exhaustive() && report.schedules() < 3432);
    }
}

/// Two threads of seven steps on fibers. All schedules that begin with b block until `released`;
/// they are the second half. Those that begin with `wrong` fail.
fn blocked_by_b(released: &'static AtomicBool, wrong: &'static str) -> Explorer<Order> {
    Explorer::new(Order::default)
        .strategy(Strategy::Exhaustive)
        .thread("a", |order| walk(order, 'a', 7))
        .thread("b", move |order| {
            marker!("first");
            // A sleep would end at once, on the run's own time, and be a step.
            while order.lock().unwrap().is_empty() && !released.load(SeqCst) {
                std::hint::spin_loop();
            }
            order.lock().unwrap().push('b');
            walk(order, 'b', 6);
        })
        .check(move |order| assert!(!order.lock().unwrap().starts_with(wrong)))
        .timeout(Duration::from_millis(300))
        .engine(Engine::Fibers)
}

#[test]
fn a_fiber_that_blocks_after_the_first_failure_changes_nothing() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let explore = |workers| {
        // All that begin with b block; they come after the failure.
        blocked_by_b(&RELEASED, "abbbbbbb")
            .workers(workers)
            .explore()
    };
    let (alone, together) = (explore(1), explore(3));
    RELEASED.store(true, SeqCst);
    assert_eq!(alone.stopped_by(), &StoppedBy::FirstFailure);
    assert_eq!(alone.assert_fails().index(), 1716);
    assert_eq!(together.schedules(), 1716, "{together}");
    assert_eq!(together.stopped_by(), &StoppedBy::FirstFailure);
    assert_eq!(
        together.assert_fails().found_schedule(),
        alone.assert_fails().found_schedule()
    );
}

#[test]
fn a_fiber_that_blocks_ends_the_search_there_on_any_number_of_workers() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let explore = |workers| {
        // The first that blocks is number 1717.
        blocked_by_b(&RELEASED, "aaaabbbb")
            .workers(workers)
            .keep_going()
            .explore()
    };
    let (alone, together) = (explore(1), explore(3));
    RELEASED.store(true, SeqCst);
    assert_eq!(alone.error().unwrap().kind(), ErrorKind::TimedOut);
    assert_eq!(alone.schedules(), 1716, "{alone}");
    assert_eq!(together.schedules(), 1716, "{together}");
    assert_eq!(together.error(), alone.error());
    assert_eq!(together.failing(), alone.failing());
}

#[test]
fn a_failure_in_a_slow_setup_is_found_alike_on_threads() {
    // 6! / (3! 3!) = 20 executions of 2 ms and more: the others join after the fifth.
    let explore = |workers| {
        let slow = || {
            thread::sleep(Duration::from_millis(2));
            Order::default()
        };
        Explorer::new(slow)
            .thread("a", |order| walk(order, 'a', 3))
            .thread("b", |order| walk(order, 'b', 3))
            .check(|order| assert!(!order.lock().unwrap().starts_with("bba")))
            .outcome(|order| order.lock().unwrap().clone())
            .workers(workers)
            .explore()
    };
    let alone = everything(&explore(1));
    for workers in 2..5 {
        assert_eq!(everything(&explore(workers)), alone, "{workers} workers");
    }
}
