//! For each primitive of std: executions that are chosen at random end in no other ways than those of which
//! there is one for each class. What is not seen would show here: the search by classes leaves out what it takes
//! for the same.

use std::collections::BTreeSet;
use std::fmt::{self, Debug, Display, Formatter};
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc::{channel, sync_channel};
use std::sync::{
    Arc, Barrier, Condvar, LazyLock, Mutex, Once, OnceLock, RwLock, RwLockWriteGuard, Weak,
};
use std::thread::{self, JoinHandle};

use interlace::{Engine, Explorer, Repeats, Report, Strategy, Verdict};

/// For one execution: nothing that is global to the process is put back yet.
fn leak<T>(new: T) -> &'static T {
    Box::leak(Box::new(new))
}

fn join<T, const COUNT: usize>(threads: [JoinHandle<T>; COUNT]) -> [T; COUNT] {
    threads.map(|thread| thread.join().unwrap())
}

/// How executions of a program ended: what it returned, or a failure.
fn ends(report: &Report) -> BTreeSet<String> {
    let outcomes = report.outcomes().map(|(outcome, _)| outcome.to_owned());
    let failures = report
        .verdicts()
        .filter(|(verdict, count)| *count > 0 && *verdict != Verdict::Held);
    outcomes
        .chain(failures.map(|(verdict, _)| format!("{verdict}")))
        .collect()
}

fn check<T: Debug>(
    engine: Engine,
    samples: u64,
    program: impl Fn() -> T + Copy + Send + Sync + 'static,
) -> Report {
    let explorer = || {
        Explorer::new(Mutex::<String>::default)
            .thread("main", move |end| {
                let result = format!("{:?}", program());
                *end.lock().unwrap() = result;
            })
            .outcome(|end| end.lock().unwrap().clone())
            .engine(engine)
            // Who prints meets the test harness at the lock of standard output, now and then.
            .repeats(Repeats::Never)
            .keep_going()
    };
    let [classes, by_two] = [1, 2].map(|workers| explorer().workers(workers).explore());
    assert_eq!(classes.to_string(), by_two.to_string());
    assert_eq!(ends(&classes), ends(&by_two));
    assert!(
        classes.error().is_none() && classes.is_exhaustive(),
        "{classes}"
    );
    let has_classes = !classes.to_string().contains("no classes");
    assert!(has_classes, "{classes}");
    let random = explorer()
        .workers(1)
        .strategy(Strategy::Pos { schedules: samples })
        .explore();
    assert!(random.error().is_none(), "{random}");
    println!(
        "{engine:?} {} classes, {:?}",
        classes.schedules(),
        ends(&classes)
    );
    assert_eq!(ends(&classes), ends(&random), "{classes}\n{random}");
    classes
}

/// Checks a program whose executions end in so many ways.
fn has_ends<T: Debug>(count: usize, program: impl Fn() -> T + Copy + Send + Sync + 'static) {
    let fibers = check(Engine::Fibers, 3000, program);
    assert_eq!(ends(&fibers).len(), count, "{:?}", ends(&fibers));
    let threads = check(Engine::Threads, 300, program);
    assert_eq!(fibers.schedules(), threads.schedules());
    assert_eq!(ends(&fibers), ends(&threads));
}

#[test]
fn mutex() {
    // Who adds first.
    has_ends(2, || {
        let total = leak(Mutex::new(0));
        let add = |number| {
            move || {
                let mut total = total.lock().unwrap();
                *total = *total * 10 + number;
            }
        };
        join([thread::spawn(add(1)), thread::spawn(add(2))]);
        *total.lock().unwrap()
    });
    // The other way of taking one does not wait: before, while it is held, after.
    has_ends(3, || {
        let total = leak(Mutex::new(0));
        let adds = thread::spawn(|| *total.lock().unwrap() += 1);
        let seen = total.try_lock().ok().map(|it| *it);
        adds.join().unwrap();
        seen
    });
}

#[test]
fn mutex_poisoned() {
    // The other comes before, or after.
    has_ends(2, || {
        let lock = leak(Mutex::new(()));
        let panics = thread::spawn(|| {
            let _ = catch_unwind(|| {
                let _held = lock.lock();
                std::panic::resume_unwind(Box::new(()));
            });
        });
        let is_poisoned = lock.lock().is_err();
        panics.join().unwrap();
        is_poisoned
    });
}

#[test]
fn rwlock() {
    // The writer comes before both, after both, or between the one and the other.
    has_ends(4, || {
        let value = leak(RwLock::new(0));
        let writes = thread::spawn(|| {
            *value.write().unwrap() = 1;
            0
        });
        let reads = [(); 2].map(|()| thread::spawn(|| *value.read().unwrap()));
        let [first, second] = reads;
        join([writes, first, second])
    });
}

#[test]
fn rwlock_downgraded() {
    // One writer comes before the other, 1 before 12 or 2 before 21; the reader sees 0 or one of the two.
    has_ends(6, || {
        let value = leak(RwLock::new(0));
        let downgrades = thread::spawn(|| {
            let mut held = value.write().unwrap();
            *held = *held * 10 + 1;
            let held = RwLockWriteGuard::downgrade(held);
            *held
        });
        let reads = thread::spawn(|| *value.read().unwrap());
        let mut held = value.write().unwrap();
        *held = *held * 10 + 2;
        drop(held);
        join([downgrades, reads])
    });
}

/// Who waits sees what was done before it was woken.
#[test]
fn condvar() {
    has_ends(1, || {
        let (flag, bell) = (leak(Mutex::new(false)), leak(Condvar::new()));
        let rings = thread::spawn(|| {
            *flag.lock().unwrap() = true;
            bell.notify_one();
        });
        let seen = *bell.wait_while(flag.lock().unwrap(), |it| !*it).unwrap();
        rings.join().unwrap();
        seen
    });
}

/// What is waited for may be over already: a deadlock.
#[test]
fn condvar_without_its_lock() {
    has_ends(2, || {
        let (flag, bell) = (leak(AtomicBool::new(false)), leak(Condvar::new()));
        let lock = leak(Mutex::new(()));
        let rings = thread::spawn(|| {
            flag.store(true, SeqCst);
            bell.notify_all();
        });
        let mut held = lock.lock().unwrap();
        while !flag.load(SeqCst) {
            held = bell.wait(held).unwrap();
        }
        drop(held);
        rings.join().unwrap();
    });
}

/// With a log of who has it: the waiting thread before and after the other, or after it only.
#[test]
fn condvar_with_a_log() {
    has_ends(2, || {
        let (log, bell) = (leak(Mutex::new(Vec::new())), leak(Condvar::new()));
        let rings = thread::spawn(|| {
            log.lock().unwrap().push("rings");
            bell.notify_one();
        });
        let mut held = log.lock().unwrap();
        held.push("waits");
        while !held.contains(&"rings") {
            held = bell.wait(held).unwrap();
        }
        let seen = held.clone();
        drop(held);
        rings.join().unwrap();
        seen
    });
}

/// Each takes one of two, and no more come: whoever takes the second leaves none.
#[test]
fn condvar_of_two_that_wait() {
    has_ends(3, || {
        let (places, bell) = (leak(Mutex::new(0)), leak(Condvar::new()));
        let takers = [1, 2].map(|_| {
            thread::spawn(|| {
                let mut held = bell
                    .wait_while(places.lock().unwrap(), |it| *it == 0)
                    .unwrap();
                *held -= 1;
                *held
            })
        });
        for _ in 0..2 {
            *places.lock().unwrap() += 1;
            bell.notify_one();
        }
        join(takers)
    });
}

#[test]
fn once() {
    // Who calls it.
    has_ends(2, || {
        let (once, by) = (leak(Once::new()), leak(AtomicUsize::new(0)));
        let call = |number| move || once.call_once(|| by.store(number, SeqCst));
        let other = thread::spawn(call(1));
        call(2)();
        other.join().unwrap();
        by.load(SeqCst)
    });
    // Not yet, or done.
    has_ends(2, || {
        let once = leak(Once::new());
        let calls = thread::spawn(|| once.call_once(|| ()));
        let is_completed = once.is_completed();
        once.wait();
        calls.join().unwrap();
        is_completed
    });
}

#[test]
fn once_poisoned() {
    // The other comes first, or finds it poisoned.
    has_ends(2, || {
        let once = leak(Once::new());
        let panics = thread::spawn(|| {
            let _ = catch_unwind(|| once.call_once(|| std::panic::resume_unwind(Box::new(()))));
        });
        let was_poisoned = leak(AtomicBool::new(false));
        once.call_once_force(|state| was_poisoned.store(state.is_poisoned(), SeqCst));
        panics.join().unwrap();
        was_poisoned.load(SeqCst)
    });
}

#[test]
fn once_lock() {
    has_ends(2, || {
        let value = leak(OnceLock::new());
        let threads = [1, 2].map(|number| thread::spawn(move || *value.get_or_init(|| number)));
        join(threads)
    });
    has_ends(4, || {
        let value = leak(OnceLock::new());
        let sets = [1, 2].map(|number| thread::spawn(move || value.set(number).is_ok()));
        let seen = value.get().is_some();
        let [first, second] = join(sets);
        assert_ne!(first, second);
        (first, seen)
    });
    has_ends(1, || {
        let value = leak(OnceLock::new());
        let sets = thread::spawn(|| value.set(3));
        let seen = *value.wait();
        sets.join().unwrap().unwrap();
        seen
    });
}

#[test]
fn lazy_lock() {
    // Who makes it.
    has_ends(2, || {
        let turn = leak(AtomicUsize::new(0));
        let value = leak(LazyLock::new(|| turn.load(SeqCst)));
        let other = thread::spawn(|| {
            turn.store(1, SeqCst);
            **value
        });
        let own = **value;
        (own, other.join().unwrap())
    });
}

#[test]
fn barrier() {
    has_ends(2, || {
        let barrier = leak(Barrier::new(2));
        let other = thread::spawn(|| barrier.wait().is_leader());
        let own = barrier.wait().is_leader();
        (own, other.join().unwrap())
    });
}

#[test]
fn barrier_of_three() {
    has_ends(3, || {
        let barrier = leak(Barrier::new(3));
        let others = [(); 2].map(|()| thread::spawn(|| barrier.wait().is_leader()));
        let own = barrier.wait().is_leader();
        (own, join(others))
    });
}

#[test]
fn park() {
    // The token may come before what it tells of.
    has_ends(2, || {
        let value = leak(AtomicUsize::new(0));
        let main = thread::current();
        let other = thread::spawn(move || {
            main.unpark();
            value.store(1, SeqCst);
        });
        thread::park();
        let seen = value.load(SeqCst);
        other.join().unwrap();
        seen
    });
    // Two tokens are one, if the first is not taken before the second comes.
    has_ends(2, || {
        let main = thread::current();
        let other = thread::spawn(move || {
            main.unpark();
            main.unpark();
        });
        thread::park();
        thread::park();
        other.join().unwrap();
    });
}

#[test]
fn scope() {
    has_ends(2, || {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            for number in [1, 2] {
                let value = &value;
                scope.spawn(move || value.store(number, SeqCst));
            }
        });
        value.load(SeqCst)
    });
    // It is read before or after the other thread writes.
    has_ends(2, || {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            scope.spawn(|| value.store(1, SeqCst));
            value.load(SeqCst)
        })
    });
}

#[test]
fn scope_of_three() {
    has_ends(3, || {
        let value = AtomicUsize::new(0);
        thread::scope(|scope| {
            for number in [1, 2, 3] {
                let value = &value;
                scope.spawn(move || value.store(number, SeqCst));
            }
        });
        value.load(SeqCst)
    });
}

#[test]
fn scope_token() {
    // The last thread of a scope may leave a token behind, which the next wait takes for the other's.
    has_ends(2, || {
        let value = leak(AtomicUsize::new(0));
        thread::scope(|scope| {
            scope.spawn(|| ());
        });
        let main = thread::current();
        let other = thread::spawn(move || {
            value.store(1, SeqCst);
            main.unpark();
        });
        thread::park();
        let seen = value.load(SeqCst);
        other.join().unwrap();
        seen
    });
}

#[test]
fn threads() {
    has_ends(2, || {
        let other = thread::spawn(|| ());
        let is_finished = other.is_finished();
        other.join().unwrap();
        is_finished
    });
    has_ends(2, || {
        let value = leak(AtomicUsize::new(0));
        let starts = [1, 2].map(|number| {
            thread::spawn(move || {
                let ends = thread::spawn(move || value.store(number, SeqCst));
                ends.join().unwrap();
            })
        });
        join(starts);
        value.load(SeqCst)
    });
}

#[test]
fn arc() {
    // Whoever drops last has it.
    has_ends(2, || {
        let own = Arc::new(());
        let other = Arc::clone(&own);
        let other = thread::spawn(move || Arc::into_inner(other).is_some());
        (Arc::into_inner(own).is_some(), other.join().unwrap())
    });
    has_ends(2, || {
        let own = Arc::new(7);
        let weak: Weak<i32> = Arc::downgrade(&own);
        let other = thread::spawn(move || weak.upgrade().as_deref().copied());
        drop(own);
        other.join().unwrap()
    });
    has_ends(2, || {
        let own = Arc::new(());
        let other = Arc::clone(&own);
        let other = thread::spawn(move || drop(other));
        let count = Arc::strong_count(&own);
        other.join().unwrap();
        count
    });
}

#[test]
#[ignore = "too many classes: whoever receives may give up spinning and wait at any time"]
fn mpsc_channel() {
    has_ends(2, || {
        let (send, receive) = channel();
        let threads = [1, 2].map(|number| {
            let send = send.clone();
            thread::spawn(move || send.send(number).unwrap())
        });
        drop(send);
        let received: Vec<i32> = receive.iter().collect();
        join(threads);
        received
    });
}

#[test]
fn mpsc_that_is_not_waited_for() {
    has_ends(2, || {
        let (send, receive) = channel();
        let sends = thread::spawn(move || send.send(1).unwrap());
        let tried = receive.try_recv().ok();
        sends.join().unwrap();
        tried
    });
}

#[test]
fn mpsc_without_a_place() {
    has_ends(2, || {
        let (send, receive) = sync_channel(0);
        let sends = thread::spawn(move || send.try_send(1).is_ok());
        let received = receive.recv().ok();
        (received, sends.join().unwrap())
    });
}

#[test]
#[ignore = "too many classes: whoever receives may give up spinning and wait at any time"]
fn mpsc_with_one_place() {
    has_ends(1, || {
        let (send, receive) = sync_channel(1);
        let sends = thread::spawn(move || {
            send.send(1).unwrap();
            send.send(2).unwrap();
        });
        let received: Vec<i32> = receive.iter().collect();
        sends.join().unwrap();
        received
    });
}

/// What is printed is printed in one step, whatever the program does to format it.
#[test]
fn printing() {
    has_ends(3, || {
        let value = leak(Mutex::new(0));
        let prints = [1, 2].map(|number| {
            thread::spawn(move || {
                print!("{}", Locked(value));
                if let Ok(mut value) = value.try_lock() {
                    *value += number;
                }
            })
        });
        join(prints);
        *value.lock().unwrap()
    });
}

/// Takes the lock, and shows nothing.
struct Locked(&'static Mutex<i32>);

impl Display for Locked {
    fn fmt(&self, _: &mut Formatter<'_>) -> fmt::Result {
        drop(self.0.lock());
        Ok(())
    }
}
