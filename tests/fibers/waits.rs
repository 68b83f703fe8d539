//! What threads wait for in calls, where these are operations of the model: as exact as on threads.

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use interlace::{Engine, Explorer, FailureKind, Verdict, marker, schedule};

use crate::{on_both, only_verdict};

#[test]
fn a_lock_held_across_a_marker_is_waited_for() {
    let add = |count: &Mutex<u32>| {
        marker!("enter");
        let mut count = count.lock().unwrap();
        let before = *count;
        marker!("inside");
        *count = before + 1;
    };
    let report = on_both(|| {
        Explorer::new(Mutex::<u32>::default)
            .thread("a", add)
            .thread("b", add)
            .check(|count| assert_eq!(*count.lock().unwrap(), 2))
    });
    // Who enters first has the lock until it has come to its end. The other one enters before
    // that, and waits, or after it.
    assert_eq!(only_verdict(&report), (Verdict::Held, 4));
}

#[test]
fn two_locks_in_two_orders_are_a_deadlock() {
    type Locks = [Mutex<()>; 2];
    let report = on_both(|| {
        let lock = |first: usize| {
            move |locks: &Locks| {
                let _first = locks[first].lock().unwrap();
                marker!("second");
                let _second = locks[1 - first].lock().unwrap();
            }
        };
        Explorer::new(Locks::default)
            .thread("a", lock(0))
            .thread("b", lock(1))
            .keep_going()
    });
    // Both have their first locks before any step. Whoever comes first, both wait.
    assert_eq!(only_verdict(&report), (Verdict::Deadlocked, 2));
}

#[test]
fn a_sleep_ends_when_its_time_comes_and_takes_none() {
    let since = Instant::now();
    let report = on_both(|| {
        Explorer::new(|| ())
            .thread("quick", |()| marker!("go"))
            .thread("sleepy", |()| {
                marker!("rest");
                thread::sleep(Duration::from_secs(1000));
            })
            .timeout(Duration::from_secs(60))
    });
    // `go` comes before `rest`, before the end of the sleep, or after it.
    assert_eq!(only_verdict(&report), (Verdict::Held, 3));
    assert!(since.elapsed() < Duration::from_secs(60));
}

type Channel = (mpsc::Sender<u32>, Mutex<mpsc::Receiver<u32>>);

fn channel() -> Channel {
    let (sender, receiver) = mpsc::channel();
    (sender, Mutex::new(receiver))
}

fn receive((_, receiver): &Channel) {
    marker!("take");
    assert_eq!(receiver.lock().unwrap().recv(), Ok(7));
}

#[test]
fn a_thread_that_receives_waits_for_who_sends() {
    let report = on_both(|| {
        Explorer::new(channel)
            .thread("receiver", receive)
            .thread("sender", |(sender, _)| {
                marker!("give");
                sender.send(7).unwrap();
            })
    });
    // `take` comes first, and the receiver goes on after `give`; or it comes last.
    assert_eq!(only_verdict(&report), (Verdict::Held, 2));
}

#[test]
fn a_thread_that_receives_what_nobody_sends_is_a_deadlock() {
    let report = on_both(|| {
        Explorer::new(channel)
            .thread("receiver", receive)
            .thread("idler", |_| marker!("pass"))
            .keep_going()
    });
    assert_eq!(only_verdict(&report), (Verdict::Deadlocked, 2));
    let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
        panic!("{report}");
    };
    let text = deadlock.to_string();
    for part in [
        "receiver  is blocked",
        "after passing take (tests/fibers/waits.rs:",
        "idler     has finished",
    ] {
        assert!(text.contains(part), "`{part}` is not in {text}");
    }
}

#[test]
fn a_condition_is_waited_for_and_its_lock_is_free_meanwhile() {
    let report = on_both(|| {
        Explorer::new(<(Mutex<bool>, Condvar)>::default)
            .thread("waits", |(is_set, changed)| {
                marker!("wait");
                let is_set = is_set.lock().unwrap();
                drop(changed.wait_while(is_set, |is_set| !*is_set).unwrap());
            })
            .thread("sets", |(is_set, changed)| {
                marker!("set");
                *is_set.lock().unwrap() = true;
                changed.notify_one();
            })
    });
    assert_eq!(only_verdict(&report), (Verdict::Held, 2));
}

#[test]
fn a_destructor_waits_while_a_fiber_is_unwound() {
    static LOCKED: AtomicU32 = AtomicU32::new(0);
    struct Locks<'a>(&'a Mutex<()>);
    impl Drop for Locks<'_> {
        fn drop(&mut self) {
            drop(self.0.lock());
            LOCKED.fetch_add(1, SeqCst);
        }
    }
    let explorer = || {
        Explorer::new(|| Mutex::new(()))
            .thread("fails", |_| {
                marker!("third");
                panic!("now");
            })
            .thread("waits", |lock| {
                let _guard = Locks(lock);
                marker!("first");
            })
            .thread("holds", |lock| {
                let _guard = lock.lock().unwrap();
                marker!("second");
            })
    };
    let report = on_both(|| explorer().keep_going());
    // `third` comes after none of the steps of the others, or after one or more of those in
    // their two orders: `first`, `second`, and that `waits` goes on; or `second`, `first`.
    assert_eq!(only_verdict(&report), (Verdict::Panicked, 6));
    for engine in [Engine::Threads, Engine::Fibers] {
        LOCKED.store(0, SeqCst);
        let execution = explorer().engine(engine).replay(&schedule![fails: third]);
        assert!(!execution.is_ok());
        assert_eq!(LOCKED.load(SeqCst), 1, "{engine:?}");
    }
}
