//! Tasks that may be cancelled where they are pending. On both engines, with one worker and two.

use std::future::pending;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Engine, ErrorKind, Explorer, FailureKind, Report, Verdict, marker, schedule};
use tokio::sync::{Notify, Semaphore};

/// Explores in all places, which say the same.
#[track_caller]
fn explore<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> Report {
    let in_place = |engine, workers| {
        let explorer = explorer().engine(engine).workers(workers);
        explorer.keep_going().explore()
    };
    let places = |engine| [1, 2].map(|workers| in_place(engine, workers));
    let reports = [Engine::Threads, Engine::Fibers].map(places);
    let reports = reports.as_flattened();
    for report in reports {
        assert_eq!(report.to_string(), reports[0].to_string());
        assert!(report.is_exhaustive(), "{report}");
    }
    reports[0].clone()
}

fn verdicts(report: &Report) -> Vec<(Verdict, u64)> {
    report.verdicts().collect()
}

/// A visitor who counts as inside until somebody opens.
#[derive(Default)]
struct Gate {
    open: Notify,
    inside: AtomicU32,
}

fn visit(is_guarded: bool) -> Explorer<Gate> {
    struct Inside<'a>(&'a AtomicU32);
    impl Drop for Inside<'_> {
        fn drop(&mut self) {
            self.0.fetch_sub(1, SeqCst);
        }
    }
    Explorer::new(Gate::default)
        .cancellable("visitor")
        .task("visitor", async move |gate: &Gate| {
            gate.inside.fetch_add(1, SeqCst);
            let guard = Inside(&gate.inside);
            if !is_guarded {
                std::mem::forget(guard);
                gate.open.notified().await;
                gate.inside.fetch_sub(1, SeqCst);
                return;
            }
            gate.open.notified().await;
        })
        .thread("porter", |gate| {
            marker!("open");
            gate.open.notify_one();
        })
        .check(|gate| assert_eq!(gate.inside.load(SeqCst), 0))
}

#[test]
fn a_future_is_dropped_before_it_is_woken_and_after() {
    // With c for the cancellation and r for going on: c open, open c, open r. Only who goes on
    // subtracts itself, unless a guard does.
    let report = explore(|| visit(false));
    assert_eq!((report.schedules(), report.failing()), (3, 2), "{report}");
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Check(_)), "{report}");
    // Both take a preemption, and c open is the shorter: after c all is as it must be.
    assert_eq!(failure.preemptions(), 1);
    assert_eq!(failure.schedule(), &schedule![visitor: cancel(start)]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());

    let report = explore(|| visit(true));
    assert_eq!(verdicts(&report), [(Verdict::Held, 3)]);
}

#[test]
fn what_must_not_be_cancelled_is_not() {
    // The second task has the same await, and is not named.
    let report = explore(|| {
        visit(true).task("other", async |gate: &Gate| {
            gate.open.notified().await;
        })
    });
    // One notification for two: the visitor, who is first, gets it, or leaves it to the other if it
    // is cancelled. c open r ends well, and so does open c r; open r is a deadlock.
    let expected = [(Verdict::Held, 2), (Verdict::Deadlocked, 1)];
    assert_eq!(verdicts(&report), expected, "{report}");
}

#[test]
fn a_future_that_is_dropped_may_pause_at_markers() {
    struct Leaves<'a>(&'a Mutex<String>);
    impl Drop for Leaves<'_> {
        fn drop(&mut self) {
            marker!("leave");
            self.0.lock().unwrap().push('l');
        }
    }
    let report = explore(|| {
        Explorer::new(Mutex::<String>::default)
            .task("task", async |log: &Mutex<String>| {
                let _leaves = Leaves(log);
                pending::<()>().await;
            })
            .cancellable("task")
            .thread("other", |log| {
                marker!("note");
                log.lock().unwrap().push('n');
            })
            .outcome(|log| log.lock().unwrap().clone())
    });
    // After the cancellation either goes first. If `other` goes before it, nobody wakes the task,
    // and nobody need cancel it.
    let expected = [(Verdict::Held, 2), (Verdict::Deadlocked, 1)];
    assert_eq!(verdicts(&report), expected, "{report}");
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("\"ln\"", 1), ("\"nl\"", 1)]);
    assert!(
        report.to_string().contains("nobody holds a waker"),
        "{report}"
    );
}

#[test]
fn who_is_cancelled_while_it_waits_for_a_permit_leaves_it_to_others() {
    let enter = async |semaphore: &Semaphore| {
        marker!("enter");
        let _permit = semaphore.acquire().await.unwrap();
        marker!("inside");
    };
    let report = explore(|| {
        Explorer::new(|| Semaphore::new(1))
            .task("a", enter)
            .task("b", enter)
            .cancellable("b")
            .check(|semaphore| assert_eq!(semaphore.available_permits(), 1))
    });
    // a first, with 1 and 2 for the steps at its markers, r and c: a1 a2 b1 b2; a1 b1, and then
    // a2 r b2, a2 c, c a2. b first: b1 b2 a1 a2; b1 a1 b2 r a2, where a waits, and is not cancelled.
    assert_eq!(verdicts(&report), [(Verdict::Held, 6)]);
}

#[test]
fn serial_orders_cancel_nobody() {
    let report = explore(|| {
        let log =
            |what: char| move |gate: &(Notify, Mutex<String>)| gate.1.lock().unwrap().push(what);
        Explorer::new(<(Notify, Mutex<String>)>::default)
            .task("waits", async move |gate: &(Notify, Mutex<String>)| {
                marker!("wait");
                gate.0.notified().await;
                log('w')(gate);
            })
            .cancellable("waits")
            .thread("wakes", move |gate| {
                marker!("wake");
                log('n')(gate);
                gate.0.notify_one();
            })
            .serializable(|gate| gate.1.lock().unwrap().clone())
    });
    // The only serial order is wake, wait: "nw". The same in wait wake r; "n" in wait c wake and
    // wait wake c.
    assert_eq!((report.schedules(), report.failing()), (4, 2), "{report}");
    assert!(matches!(
        report.assert_fails().kind(),
        FailureKind::NotSerializable(_)
    ));
}

#[test]
fn only_a_task_can_be_cancelled() {
    let refused = |explorer: Explorer<Gate>| {
        let report = explorer.explore();
        let error = report.error().expect("nothing is run").clone();
        assert_eq!(
            (report.schedules(), error.kind()),
            (0, ErrorKind::BadSetting)
        );
        error.to_string()
    };
    let text = refused(visit(true).cancellable("visiter"));
    let expected = "there is no task `visiter` that could be cancelled: the tasks are `visitor`";
    assert!(text.contains(expected), "{text}");
    let text = refused(visit(true).cancellable("porter"));
    let expected =
        "`porter` is a thread, and only a task can be cancelled: the tasks are `visitor`";
    assert!(text.contains(expected), "{text}");
    let alone = Explorer::new(Gate::default).thread("porter", |_| marker!("open"));
    let text = refused(alone.cancellable("visitor"));
    assert!(text.contains("no task was added"), "{text}");
}

#[test]
fn a_cancellation_is_replayed_where_the_task_may_be_cancelled() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let late = schedule![porter: open, visitor: cancel(start)];
        let execution = visit(false).engine(engine).replay(&late);
        assert!(matches!(
            execution.failure_kind(),
            Some(FailureKind::Check(_))
        ));
        assert_eq!(execution.steps(), late.steps());
        // Of the two steps that it could take, the other is the default.
        let execution = visit(false).engine(engine).replay(&schedule![porter: open]);
        let steps: Vec<_> = execution.steps().iter().map(ToString::to_string).collect();
        assert_eq!(steps, ["porter:open", "visitor:resume(start)"]);
        assert!(execution.is_ok());

        let unnamed = Explorer::new(Gate::default)
            .task("visitor", async |gate: &Gate| gate.open.notified().await)
            .thread("porter", |gate| {
                marker!("open");
                gate.open.notify_one();
            });
        let execution = unnamed.engine(engine).replay(&late);
        let Some(FailureKind::Diverged(error)) = execution.failure_kind() else {
            panic!("{execution:?}");
        };
        assert!(error.to_string().contains("`cancellable`"), "{error}");
    }
}

#[test]
fn a_timeline_shows_what_was_cancelled() {
    let report = visit(false).explore();
    let text = report.to_string();
    assert!(text.contains("\n     1 *  start (is cancelled) "), "{text}");
}
