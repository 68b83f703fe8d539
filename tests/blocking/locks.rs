//! Locks of several kinds, held across markers, and what else threads wait for.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::SeqCst};
use std::sync::{Mutex, RwLock};
use std::thread;
use std::time::Duration;

use interlace::{Explorer, FailureKind, Timeouts, Verdict, marker, schedule};

use crate::model::{Act, Body, Ends, every};
use crate::oracle::{Lock, assert_counts};

/// Takes the lock and pauses inside.
pub(crate) fn enter<L: Lock>(lock: &L) {
    marker!("enter");
    lock.with(|| marker!("inside"));
}

pub(crate) fn two<L: Lock>() -> Explorer<L> {
    Explorer::new(L::default)
        .thread("a", enter)
        .thread("b", enter)
}

#[test]
fn two_threads_through_one_lock_are_four() {
    // Each before the other: 2. Each beginning to wait while the other is inside: 2. The 4!/(2! 2!)
    // = 6 orders of four markers have two more, with both inside at once: they cannot be.
    assert_counts(two::<Mutex<()>>, 4, 0).assert_ok();
    assert_counts(two::<parking_lot::Mutex<()>>, 4, 0).assert_ok();
    assert_counts(two::<RwLock<()>>, 4, 0).assert_ok();
    assert_counts(two::<parking_lot::RwLock<()>>, 4, 0).assert_ok();
}

#[test]
fn three_threads_through_one_lock_are_as_the_model_has_them() {
    let body: Body = vec![vec![Act::Lock(0)], vec![Act::Unlock(0)]];
    let Ends { held, deadlocked } = every(&[body.clone(), body.clone(), body], 1);
    assert_eq!((held, deadlocked), (42, 0));
    assert_counts(|| two::<Mutex<()>>().thread("c", enter), held, 0).assert_ok();
}

#[test]
fn readers_do_not_wait_for_each_other() {
    // 4!/(2! 2!) orders of their markers.
    let read = |lock: &RwLock<()>| {
        marker!("enter");
        let _guard = lock.read().unwrap();
        marker!("inside");
    };
    let program = move || {
        Explorer::new(RwLock::default)
            .thread("a", read)
            .thread("b", read)
    };
    assert_counts(program, 6, 0).assert_ok();
}

#[test]
fn a_lock_goes_from_hand_to_hand() {
    // a gives the lock to whoever waits, then wants it again. As the model counts them.
    let twice = [Act::Lock(0), Act::Unlock(0)].map(|act| vec![act]);
    let bodies: [Body; 2] = [[twice.clone(), twice.clone()].concat(), twice.to_vec()];
    let Ends { held, deadlocked } = every(&bodies, 1);
    assert_eq!((held, deadlocked), (10, 0));
    let program = || {
        Explorer::new(Mutex::<()>::default)
            .thread("a", |lock| (0..2).for_each(|_| enter(lock)))
            .thread("b", enter)
    };
    assert_counts(program, held, 0).assert_ok();
}

#[test]
fn a_failure_while_others_are_blocked_unwinds_them() {
    // a waits for the lock that b holds when b panics. b's guard is dropped, a goes on to its next
    // marker, and unwinds there: both guards of the alarm are dropped in every execution.
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    struct Alarm;
    impl Drop for Alarm {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, SeqCst);
        }
    }
    let report = Explorer::new(Mutex::<()>::default)
        .thread("a", |lock| {
            let _alarm = Alarm;
            marker!("enter");
            let _guard = lock.lock();
            marker!("inside");
        })
        .thread("b", |lock| {
            let _alarm = Alarm;
            let _guard = lock.lock();
            marker!("panic");
            panic!("while a waits");
        })
        .workers(1)
        .keep_going()
        .explore();
    // a waits or does not: enter panic, and panic.
    let verdicts: Vec<_> = report.verdicts().collect();
    assert_eq!(verdicts, [(Verdict::Panicked, 2)]);
    let failure = report.assert_fails();
    assert!(matches!(failure.kind(), FailureKind::Panic(it) if it.thread() == "b"));
    let minimal = failure.schedule().to_string();
    assert_eq!(minimal, "", "{failure}");
    let dropped = DROPPED.load(SeqCst);
    assert!(dropped >= 4 && dropped.is_multiple_of(2), "{dropped}");
}

/// Sleeps, and then waits for a lock for as long again, beside a thread that pauses inside of it.
/// Tells whether that was too long.
fn sleeps_and_tries() -> Explorer<(parking_lot::Mutex<()>, AtomicBool)> {
    Explorer::new(|| (parking_lot::Mutex::new(()), AtomicBool::new(false)))
        .thread("a", |(lock, was_late)| {
            marker!("sleep");
            thread::sleep(Duration::from_millis(30));
            let guard = lock.try_lock_for(Duration::from_millis(30));
            was_late.store(guard.is_none(), SeqCst);
        })
        .thread("b", |(lock, _)| {
            marker!("hold");
            let _guard = lock.lock();
            marker!("free");
        })
        .outcome(|(_, was_late)| was_late.load(SeqCst))
        .workers(1)
}

#[test]
fn a_sleep_ends_and_a_wait_times_out_as_the_schedule_says() {
    // `sleep` and the end of the sleep before, between and after `hold` and `free`: C(4, 2) orders. In
    // the two in which the sleep ends between `hold` and `free`, the lock is taken: the wait is late,
    // or `free` comes first, and it goes on: 4 of the 8.
    let report = sleeps_and_tries().explore();
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("false", 6), ("true", 2)]);
    // With time-outs that come late, `hold` and `free` come before the end of the sleep: 3 orders.
    let report = sleeps_and_tries().timeouts(Timeouts::Late).explore();
    let outcomes: Vec<_> = report.outcomes().collect();
    assert_eq!(outcomes, [("false", 3)]);
}

#[test]
fn a_thread_that_the_program_starts_is_waited_for() {
    // The child sleeps while its parent joins it: nobody is ready, and it is no deadlock.
    let report = Explorer::new(AtomicU32::default)
        .thread("a", |value| {
            marker!("join");
            thread::scope(|scope| {
                scope.spawn(|| {
                    thread::sleep(Duration::from_millis(200));
                    value.store(7, SeqCst);
                });
            });
        })
        .check(|value| assert_eq!(value.load(SeqCst), 7))
        .allow_trivial()
        .explore();
    report.assert_ok();
    assert_eq!(report.schedules(), 1);
}

#[test]
fn a_step_is_replayed_as_it_is_printed() {
    // b begins to wait, a leaves, b goes on: a step of its own.
    let schedule = schedule![a: enter, b: enter, a: inside, b: resume(enter), b: inside];
    let execution = two::<Mutex<()>>().replay(&schedule);
    execution.assert_ok();
    assert_eq!(execution.steps(), schedule.steps());
    let text = execution.to_string();
    assert!(
        text.contains("enter (waits)") && text.contains("enter (goes on)"),
        "{text}"
    );
    // In version 1 of schedules it had the words of the step before the wait.
    let old = schedule![a: enter, b: enter, a: inside, b: enter, b: inside];
    let again = two::<Mutex<()>>().replay(&old);
    assert_eq!(again.steps(), schedule.steps());
    // b cannot go on while a is inside.
    let early = schedule![a: enter, b: enter, b: resume(enter)];
    let text = two::<Mutex<()>>().replay(&early).to_string();
    assert!(
        text.contains(
            "step 3 of 3, `b:resume(enter)`, cannot be granted: `b` is blocked at lock or"
        ),
        "{text}"
    );
}

#[test]
fn a_thread_that_blocks_before_its_first_marker_goes_on_from_the_start() {
    let report = assert_counts(
        || {
            Explorer::new(Mutex::<()>::default)
                .thread("a", |lock| {
                    let _guard = lock.lock().unwrap();
                    marker!("inside");
                })
                .thread("b", |lock| drop(lock.lock().unwrap()))
                .allow_trivial()
        },
        1,
        0,
    );
    report.assert_ok();
    let replayed = Explorer::new(Mutex::<()>::default)
        .thread("a", |lock| {
            let _guard = lock.lock().unwrap();
            marker!("inside");
        })
        .thread("b", |lock| drop(lock.lock().unwrap()))
        .replay(&schedule![a: inside, b: start]);
    replayed.assert_ok();
    assert!(
        replayed.to_string().contains("start (goes on)"),
        "{replayed}"
    );
}
