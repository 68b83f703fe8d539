//! Async tasks around tokio's types, which block no thread: their deadlocks are known by their
//! wakers. On both engines.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use interlace::{
    AsyncTraceExecutor, Engine, ErrorKind, Explorer, FailureKind, Report, Schedule, Verdict,
    marker, schedule,
};
use tokio::sync::{Barrier, Mutex, Notify, RwLock, Semaphore};

#[track_caller]
pub(crate) fn assert_counts<S: Send + Sync + 'static>(
    explorer: impl Fn() -> Explorer<S>,
    held: u64,
    deadlocked: u64,
) -> Report {
    let explore = |engine| explorer().keep_going().engine(engine).explore();
    let reports = [Engine::Threads, Engine::Fibers].map(explore);
    for report in &reports {
        let mut expected = vec![(Verdict::Held, held), (Verdict::Deadlocked, deadlocked)];
        expected.retain(|&(_, count)| count > 0);
        assert_eq!(report.verdicts().collect::<Vec<_>>(), expected, "{report}");
        assert_eq!(report.to_string(), reports[0].to_string());
    }
    let [report, _] = reports;
    report
}

async fn take(first: &Mutex<()>, second: &Mutex<()>) {
    marker!("first");
    let _first = first.lock().await;
    marker!("second");
    let _second = second.lock().await;
}

#[test]
fn two_locks_in_two_orders_deadlock_in_four_of_six() {
    // As with threads: two whole, and 2 × 2 in which each has one lock and wants the other.
    let program = |swaps: bool| {
        move || {
            Explorer::new(<[Mutex<()>; 2]>::default)
                .task("a", async |[left, right]| take(left, right).await)
                .task("b", async move |[left, right]| {
                    if swaps {
                        take(right, left).await;
                    } else {
                        take(left, right).await;
                    }
                })
        }
    };
    assert_counts(program(true), 2, 4).assert_fails();
    // In one order: whole 2; and each beginning to wait while the other has the first. Who is woken
    // is alone by then, since the other ends with the step that lets go of both. With r for going
    // on: a1 b1 a2 br b2 and b1 a1 b2 ar a2.
    assert_counts(program(false), 4, 0).assert_ok();
}

#[test]
fn a_notification_is_kept_for_one_and_lost_for_all_who_come_later() {
    // `notify_one` leaves a permit if nobody waits; `notify_waiters` does not.
    let program = |all: bool| {
        move || {
            Explorer::new(Notify::new)
                .task("waits", async |notify| {
                    marker!("wait");
                    notify.notified().await;
                })
                .thread("notifies", move |notify| {
                    marker!("notify");
                    if all {
                        notify.notify_waiters();
                    } else {
                        notify.notify_one();
                    }
                })
        }
    };
    assert_counts(program(false), 2, 0).assert_ok();
    assert_counts(program(true), 1, 1).assert_fails();
}

#[test]
fn a_semaphore_of_one_lets_one_in() {
    // Each before the other, and each beginning to wait while the other is inside, which ends with
    // the step that wakes it.
    let enter = async |semaphore: &Semaphore| {
        marker!("enter");
        let _permit = semaphore.acquire().await.unwrap();
        marker!("inside");
    };
    let program = move || {
        Explorer::new(|| Semaphore::new(1))
            .task("a", enter)
            .task("b", enter)
    };
    assert_counts(program, 4, 0).assert_ok();
}

#[test]
fn two_who_take_two_permits_one_by_one_wait_for_each_other() {
    // As two locks in two orders: two whole, and 2 × 2 in which each has one permit of the two.
    let one_by_one = || {
        let enter = async |semaphore: &Semaphore| {
            marker!("first");
            let _first = semaphore.acquire().await.unwrap();
            marker!("second");
            let _second = semaphore.acquire().await.unwrap();
        };
        Explorer::new(|| Semaphore::new(2))
            .task("a", enter)
            .task("b", enter)
    };
    assert_counts(one_by_one, 2, 4).assert_fails();
    // Both at once: as one lock.
    let both_at_once = || {
        let enter = async |semaphore: &Semaphore| {
            marker!("both");
            let _both = semaphore.acquire_many(2).await.unwrap();
            marker!("inside");
        };
        Explorer::new(|| Semaphore::new(2))
            .task("a", enter)
            .task("b", enter)
    };
    assert_counts(both_at_once, 4, 0).assert_ok();
}

#[test]
fn one_who_reads_again_while_another_waits_to_write_deadlocks() {
    // read again write, and write first: held. read write again: the lock is fair, so the second
    // reading is behind the writing, and that behind the first. Who reads once lets it go on.
    let program = |twice: bool| {
        move || {
            Explorer::new(RwLock::<()>::default)
                .task("reads", async move |lock| {
                    marker!("read");
                    let _once = lock.read().await;
                    marker!("again");
                    if twice {
                        let _again = lock.read().await;
                    }
                })
                .task("writes", async |lock| {
                    marker!("write");
                    let _guard = lock.write().await;
                })
        }
    };
    assert_counts(program(true), 2, 1).assert_fails();
    assert_counts(program(false), 3, 0).assert_ok();
}

#[test]
fn a_barrier_of_two_holds_two_and_of_three_holds_them_for_ever() {
    // As with threads: either comes first, waits, and is alone when the other has woken it.
    let program = |size: usize| {
        move || {
            let body = async |barrier: &Barrier| {
                marker!("meet");
                barrier.wait().await;
            };
            Explorer::new(move || Barrier::new(size))
                .task("a", body)
                .task("b", body)
        }
    };
    assert_counts(program(2), 2, 0).assert_ok();
    assert_counts(program(3), 0, 2).assert_fails();
}

#[test]
fn others_go_on_between_a_wake_up_and_the_poll() {
    // A sends, and then either goes on to its end, or lets B receive before that: in each case B has
    // begun to wait before, or has not. With s for the step that sends, e for the one to the end, w
    // for the one that waits, and r for going on: w s e r, w s r e; s e w, s w e, which do not wait.
    let program = || {
        Explorer::new(Notify::new)
            .thread("a", |notify| {
                marker!("send");
                notify.notify_one();
                marker!("end");
            })
            .task("b", async |notify| {
                marker!("wait");
                notify.notified().await;
            })
    };
    assert_counts(program, 4, 0).assert_ok();
}

#[test]
fn a_task_that_yields_may_let_all_others_go_first() {
    // Each wakes itself and is pending, once: a marker and going on make two steps. (2 + 2)! / (2! 2!)
    let yields = async |(): &()| {
        marker!("x");
        tokio::task::yield_now().await;
    };
    let program = || Explorer::new(|| ()).task("a", yields).task("b", yields);
    assert_counts(program, 6, 0).assert_ok();
}

#[test]
fn a_task_that_wakes_itself_for_ever_meets_the_step_limit() {
    let report = Explorer::new(|| ())
        .task("spins", async |(): &()| {
            poll_fn(|context| {
                context.waker().wake_by_ref();
                Poll::<()>::Pending
            })
            .await;
        })
        .max_steps(10)
        .explore();
    assert_eq!(
        report.verdicts().collect::<Vec<_>>(),
        [(Verdict::StepLimit, 1)]
    );
    let text = report.to_string();
    for part in [
        "no step passed a marker: a task was woken over and over",
        "spins  was woken and has not gone on, before its first marker",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

/// A task that waits, is woken, and has a marker after that.
fn woken_before_a_marker() -> Explorer<Notify> {
    Explorer::new(Notify::new)
        .task("waits", async |notify| {
            marker!("wait");
            notify.notified().await;
            marker!("after");
        })
        .thread("wakes", |notify| {
            marker!("wake");
            notify.notify_one();
            marker!("end");
        })
}

#[test]
fn a_schedule_forces_steps_after_a_wait_only_if_it_has_the_one_that_goes_on() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let replay = |line: &str| {
            let explorer = woken_before_a_marker().engine(engine);
            explorer.replay(&line.parse().unwrap())
        };
        let execution = replay("waits:wait wakes:wake waits:resume(wait) waits:after");
        assert!(execution.is_ok() && execution.steps().len() == 5);
        // One that ends before follows the fixed order: who ran last goes on, and not who was woken.
        for line in ["v1 waits:wait wakes:wake", "v2 waits:wait"] {
            let execution = replay(line);
            assert!(execution.is_ok());
            let steps: Vec<_> = execution.steps().iter().map(ToString::to_string).collect();
            let expected = [
                "waits:wait",
                "wakes:wake",
                "wakes:end",
                "waits:resume(wait)",
                "waits:after",
            ];
            assert_eq!(steps, expected);
        }
        // In the first version a step that goes on is written as the marker that it has passed. But
        // woken tasks went on by themselves, so it has none for them.
        assert!(replay("v1 waits:wait wakes:wake waits:wait waits:after").is_ok());
        let execution = replay("v1 waits:wait wakes:wake waits:after wakes:end");
        let Some(FailureKind::Diverged(error)) = execution.failure_kind() else {
            panic!("{execution:?}");
        };
        let text = error.to_string();
        for part in [
            "step 3 of 4, `waits:after`, cannot be granted: `waits` was woken and has not gone on",
            "to go on from its wait is a step of its own, `waits:resume(wait)`, which comes first",
        ] {
            assert!(text.contains(part), "`{part}` is not in {text}");
        }
    }
}

#[test]
fn an_exact_schedule_of_tasks_has_the_steps_in_which_they_go_on() {
    let run = |schedule: Schedule| {
        let notify = Arc::new(Notify::new());
        let mut executor = AsyncTraceExecutor::exact(schedule);
        let waits = Arc::clone(&notify);
        executor.run("waits", async move { waits.notified().await });
        executor.run("wakes", async move {
            marker!("wake");
            notify.notify_one();
        });
        executor.wait(Duration::from_secs(60))
    };
    assert_eq!(run(schedule![wakes: wake, waits: resume(start)]), Ok(()));
    let error = run(schedule![wakes: wake]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ThreadWithoutSteps, "{error}");
    let text = error.to_string();
    assert!(
        text.contains("Add `waits:resume(start)` as step 2"),
        "{text}"
    );
}
