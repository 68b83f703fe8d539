//! `serializable`: every execution ends as some serial order of the threads does.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{Engine, ErrorKind, Explorer, FailureKind, Verdict, marker, schedule};
use tokio::sync::Semaphore;

use crate::programs::{
    Bank, Cells, Counter, snapshot, snapshot_at_once, two_additions, two_increments, two_transfers,
    two_transfers_at_once,
};
use crate::{counts, explore};

#[test]
fn lost_updates_are_not_serializable_and_additions_are() {
    // Both serial orders give 2. An update is lost in 4 of 6.
    let report = explore(|| two_increments().serializable(Counter::value));
    assert_eq!(counts(&report), (6, 4));
    let verdicts = [(Verdict::Held, 2), (Verdict::NotSerializable, 4)];
    assert_eq!(report.verdicts().collect::<Vec<_>>(), verdicts);
    let failure = report.assert_fails();
    assert_eq!(failure.index(), 2);
    assert_eq!(failure.schedule(), &schedule![t1: read, t2: read]);
    assert!(failure.is_proved_minimal() && failure.is_reproduced());
    let text = failure.to_string();
    let head = "not serializable: this execution gives
  1
and no serial order of the threads does; the nearest:
  2  (t1, then t2)

found in schedule 2;";
    assert!(text.starts_with(head), "{text}");

    let report = explore(|| two_additions().serializable(Counter::value));
    assert_eq!(counts(&report), (6, 0));
}

#[test]
fn transfers_are_serializable_only_if_no_money_is_lost() {
    // Serially they give (80, 120), which 4 of 70 schedules do: see tests/oracles/transfers.rs. A
    // check of the sum finds 12; it does not see that a whole transfer is lost, as in the 54.
    let report = explore(|| two_transfers().serializable(Bank::balances));
    assert_eq!(counts(&report), (70, 66));
    let FailureKind::NotSerializable(failure) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let nearest = failure.nearest();
    // t1 reads the old a, then t2 transfers, then t1 reads the new b.
    assert_eq!(failure.view(), "(90, 120)");
    assert_eq!(nearest.len(), 1);
    assert_eq!(nearest[0].view(), "(80, 120)");
    assert_eq!(nearest[0].threads(), ["t1", "t2"]);

    let report = explore(|| two_transfers_at_once().serializable(Bank::balances));
    assert_eq!(counts(&report), (70, 0));
}

#[test]
fn a_snapshot_sees_all_writes_or_none_in_28_of_70() {
    // The reader sees nothing if each read comes before its write, and all if after: Catalan
    // numbers, 14 of each (the ballot problem for 4 and 4). The oracle knows nothing of that.
    let report = explore(|| snapshot().serializable(Cells::seen));
    assert_eq!(counts(&report), (70, 42));
    let failure = report.assert_fails();
    let text = failure.kind().to_string();
    // One preemption after the first read: zero, then the three that were written.
    let nearest = "the nearest:
  [1, 1, 1, 1]  (writer, then reader)
  [0, 0, 0, 0]  (reader, then writer)";
    assert!(text.contains(nearest), "{text}");

    let report = explore(|| snapshot_at_once().serializable(Cells::seen));
    assert_eq!(counts(&report), (2, 0));
}

#[test]
fn the_replay_of_the_minimal_schedule_is_not_serializable_either() {
    for engine in [Engine::Threads, Engine::Fibers] {
        let explorer = || two_transfers().serializable(Bank::balances).engine(engine);
        let report = explorer().explore();
        let failure = report.assert_fails();
        let replayed = explorer().replay(failure.schedule());
        assert_eq!(replayed.failure_kind(), Some(failure.kind()));
        explorer().replay(&schedule![]).assert_ok();
    }
}

#[test]
fn the_regression_test_compares_with_the_serial_orders_too() {
    let report = Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
        .serializable(|value| value.load(SeqCst))
        .explore();
    let regression = report.assert_fails().regression();
    assert!(regression.contains(".serializable("), "{regression}");
    assert!(regression.contains(".replay("), "{regression}");
}

#[interlace::trace]
fn increment(value: &AtomicU32) {
    let read = value.load(SeqCst); // interlace: read
    value.store(read + 1, SeqCst); // interlace: write
}

/// A log into which each of so many threads writes its number, in two parts.
fn writers(threads: usize) -> Explorer<Mutex<Vec<usize>>> {
    let explorer = Explorer::new(Mutex::<Vec<usize>>::default);
    (0..threads).fold(explorer, |explorer, thread| {
        explorer.thread(thread.to_string(), move |log: &Mutex<Vec<usize>>| {
            for _ in 0..2 {
                marker!("write");
                log.lock().unwrap().push(thread);
            }
        })
    })
}

#[test]
fn every_serial_order_is_run() {
    // With each log a view of its own: 3! of 6!/(2!)^3 = 90 schedules are serial, 4! of 2520.
    for (threads, schedules, serial) in [(3, 90, 6), (4, 2520, 24)] {
        let report = writers(threads)
            .serializable(|log| log.lock().unwrap().clone())
            .engine(Engine::Fibers)
            .keep_going()
            .explore();
        assert_eq!(counts(&report), (schedules, schedules - serial));
        let FailureKind::NotSerializable(failure) = report.assert_fails().kind() else {
            panic!("{report}");
        };
        assert_eq!(failure.nearest().len(), 3);
    }
}

#[test]
fn the_nearest_serial_orders_come_first() {
    let report = writers(2)
        .serializable(|log| log.lock().unwrap().clone())
        .explore();
    // Found: 0 1 0 1; shrunk: 0 1 1 0, with one preemption. Each is two digits from either order,
    // and of equals the lesser text comes first.
    let text = report.assert_fails().kind().to_string();
    let expected = "not serializable: this execution gives
  [0, 1, 1, 0]
and no serial order of the threads does; the nearest:
  [0, 0, 1, 1]  (0, then 1)
  [1, 1, 0, 0]  (1, then 0)";
    assert_eq!(text, expected);
}

#[test]
fn nine_threads_are_too_many_and_eight_are_not() {
    let explorer = |threads| {
        writers(threads)
            .serializable(|_| ())
            .engine(Engine::Fibers)
            .max_schedules(1)
    };
    explorer(8).explore().assert_no_failure_found();
    let report = explorer(9).explore();
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::TooManyThreads);
    assert!(error.to_string().contains("9 threads"), "{error}");
}

/// A consumer that waits for what the producer gives.
struct Line {
    permits: Semaphore,
    log: Mutex<Vec<&'static str>>,
}

impl Line {
    fn new() -> Self {
        Line {
            permits: Semaphore::new(0),
            log: Mutex::default(),
        }
    }

    fn note(&self, what: &'static str) {
        self.log.lock().unwrap().push(what);
    }

    fn log(&self) -> Vec<&'static str> {
        self.log.lock().unwrap().clone()
    }

    async fn consume(&self) {
        marker!("take");
        self.permits.acquire().await.unwrap().forget();
        marker!("note");
        self.note("consumed");
    }

    fn produce(&self) {
        marker!("give");
        self.permits.add_permits(1);
        marker!("note");
        self.note("produced");
    }
}

#[test]
fn an_order_in_which_a_task_would_wait_for_a_later_one_is_left_out() {
    let report = explore(|| {
        Explorer::new(Line::new)
            .task("consumer", Line::consume)
            .thread("producer", Line::produce)
            .serializable(Line::log)
    });
    // The producer first is the only serial order: produced, consumed. With c and p for their notes
    // and r for the consumer going on when it has waited, the schedules are take give r c p,
    // take give r p c, take give p r c, give take c p, give take p c and give p take c. In two of
    // the six the consumer notes first.
    assert_eq!(counts(&report), (6, 2));
    let FailureKind::NotSerializable(failure) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let nearest = failure.nearest();
    assert_eq!(nearest.len(), 1);
    assert_eq!(nearest[0].threads(), ["producer", "consumer"]);
}

#[test]
fn a_task_that_waited_was_not_alone_even_if_it_takes_no_step_later() {
    async fn consume(line: &Line) {
        marker!("take");
        line.permits.acquire().await.unwrap().forget();
        line.note("consumed");
    }
    let report = explore(|| {
        Explorer::new(Line::new)
            .task("consumer", consume)
            .thread("producer", Line::produce)
            .serializable(Line::log)
    });
    // With r for the consumer going on when it has waited: take give r note and give take note note
    // the consumer first; take give note r and give note take do not. If the first were taken for
    // a serial order, nothing would fail.
    assert_eq!(counts(&report), (4, 2));
}

#[test]
fn a_task_that_waits_before_its_first_marker_comes_after_the_one_that_wakes_it() {
    async fn consume(line: &Line) {
        line.permits.acquire().await.unwrap().forget();
        marker!("note");
        line.note("consumed");
    }
    let report = explore(|| {
        Explorer::new(Line::new)
            .task("consumer", consume)
            .thread("producer", Line::produce)
            .serializable(Line::log)
    });
    // After `give` the consumer goes on and notes; the producer notes before, between, or after
    // those two. Only the last is not serial.
    assert_eq!(counts(&report), (3, 1));
}

/// Two tasks of which each needs what the other gives, in between.
fn rendezvous() -> Explorer<[Semaphore; 2]> {
    async fn meet(mine: &Semaphore, other: &Semaphore) {
        marker!("arrive");
        other.add_permits(1);
        mine.acquire().await.unwrap().forget();
        marker!("leave");
    }
    Explorer::new(|| [Semaphore::new(0), Semaphore::new(0)])
        .task("a", async |[a, b]: &[Semaphore; 2]| meet(a, b).await)
        .task("b", async |[a, b]: &[Semaphore; 2]| meet(b, a).await)
}

#[test]
fn threads_that_have_no_serial_order_are_an_error() {
    rendezvous().explore().assert_ok();
    let report = rendezvous().serializable(|_| ()).explore();
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::NoSerialOrder);
    let text = error.to_string();
    assert!(text.contains("none of the 2 is possible"), "{text}");
    assert_eq!(report.schedules(), 0);
}

#[test]
fn a_thread_that_spins_for_another_has_no_turn_before_it() {
    let report = Explorer::new(AtomicU32::default)
        .thread("spins", |flag| {
            while flag.load(SeqCst) == 0 {
                marker!("look");
            }
        })
        .thread("sets", |flag| {
            marker!("set");
            flag.store(1, SeqCst);
        })
        .max_steps(20)
        .serializable(|flag| flag.load(SeqCst))
        .max_schedules(1)
        .explore();
    // The order (spins, sets) meets the step limit, (sets, spins) gives 1. The search itself
    // begins with the former.
    assert_eq!(report.error(), None);
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Verdict::StepLimit, 1)]);
}

#[test]
fn a_failure_in_a_serial_order_is_left_to_the_search() {
    let report = Explorer::new(AtomicU32::default)
        .thread("a", |_| {
            marker!("x");
            panic!("always");
        })
        .thread("b", |_| marker!("y"))
        .serializable(|value| value.load(SeqCst))
        .explore();
    let kind = report.assert_fails().kind();
    assert!(matches!(kind, FailureKind::Panic(_)), "{report}");
}

#[test]
fn a_panic_of_the_view_is_a_failure_that_says_so() {
    let report = explore(|| {
        two_increments().serializable(|counter| {
            assert_eq!(counter.value(), 2, "lost");
        })
    });
    assert_eq!(counts(&report), (6, 4));
    let text = report.assert_fails().kind().to_string();
    assert!(text.starts_with("the view panicked: "), "{text}");
}

#[test]
fn a_serial_order_that_does_not_come_back_is_an_error_that_names_it() {
    static RELEASED: AtomicBool = AtomicBool::new(false);
    let report = Explorer::new(|| AtomicU32::new(0))
        .thread("a", |value| {
            marker!("x");
            value.store(1, SeqCst);
        })
        .thread("b", |value| {
            marker!("y");
            // For ever, as far as the time-out is concerned.
            while value.load(SeqCst) == 0 && !RELEASED.load(SeqCst) {
                std::hint::spin_loop();
            }
        })
        .timeout(Duration::from_millis(200))
        .serializable(|value| value.load(SeqCst))
        .explore();
    RELEASED.store(true, SeqCst);
    let error = report.error().unwrap();
    assert_eq!(error.kind(), ErrorKind::TimedOut);
    let text = error.to_string();
    assert!(text.contains("in the order `b`, then `a`"), "{text}");
}
