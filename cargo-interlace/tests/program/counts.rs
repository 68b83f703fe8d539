//! Programs in which nothing is marked, and how many classes of executions they have.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use interlace::{Engine, Explorer, Points, Report, Schedule, marker};
use shared::{add, add_in_c};

static VALUE: AtomicUsize = AtomicUsize::new(0);

/// The same with one worker and with two.
fn explore(body: impl Fn() + Copy + Send + Sync + 'static) -> Report {
    let [one, two] = [1, 2].map(|workers| {
        let explorer = Explorer::model(body).engine(Engine::Fibers);
        explorer.workers(workers).keep_going().explore()
    });
    assert_eq!(one.to_string(), two.to_string());
    assert!(one.error().is_none() && one.is_exhaustive(), "{one}");
    one
}

fn join<T>(threads: impl IntoIterator<Item = JoinHandle<T>>) {
    for thread in threads {
        thread.join().unwrap();
    }
}

/// What `new` makes, for one execution: nothing that is global to the process is put back yet.
fn leak<T>(new: T) -> &'static T {
    Box::leak(Box::new(new))
}

/// Each thread reads and writes: with n of them, any order of the writes, and for each read how many of
/// them come before it.
#[test]
fn lost_updates_of_a_static() {
    fn explore_threads<const COUNT: usize>() -> Report {
        explore(|| {
            VALUE.store(0, SeqCst);
            let threads = [(); COUNT].map(|()| thread::spawn(|| add(&VALUE)));
            join(threads);
            assert_eq!(VALUE.load(SeqCst), COUNT);
        })
    }
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap();
    let (two, three) = (explore_threads::<2>(), explore_threads::<3>());
    assert_eq!((two.schedules(), three.schedules()), (4, 36));
    assert!(two.assert_fails().is_proved_minimal());
    assert_eq!(two.assert_fails().preemptions(), 1);
}

/// The first to write succeeds. Then either both have read before, and the other writes again what it finds
/// (three accesses: 2 ways); or the other reads after the write, and succeeds too (2 ways).
#[test]
fn accesses_of_c_are_points() {
    let report = explore(|| {
        let value = leak(AtomicUsize::new(0));
        join([(); 2].map(|()| thread::spawn(|| add_in_c(value))));
    });
    assert_eq!(report.schedules(), 4);
    report.assert_ok();
}

/// What happens between two of the other points happens at once; it is seen all the same.
#[test]
fn accesses_need_not_be_points() {
    let explore = |points| {
        let value = leak(AtomicUsize::new(0));
        let body = || join([(); 2].map(|()| thread::spawn(|| {
            marker!("add");
            add(value);
        })));
        let explorer = Explorer::model(body).engine(Engine::Fibers);
        explorer.points(points).explore()
    };
    let report = explore(Points::Calls);
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 2 classes of schedules; one schedule of each was run\n\
         points: markers, and calls to the system"
    );
    let report = explore(Points::Accesses);
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 4 classes of schedules; one schedule of each was run\n\
         points: markers, calls to the system, and atomic accesses to memory"
    );
}

/// A marker is a step that touches nothing: what it gates is seen.
#[test]
fn markers_add_no_classes() {
    let report = explore(|| {
        let value = leak(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            thread::spawn(|| {
                marker!("add");
                add(value);
                marker!("added");
            })
        });
        join(threads);
    });
    assert_eq!(report.schedules(), 4);
    report.assert_ok();
}

/// What a marker does itself is not the program's.
#[test]
fn a_marker_is_one_step() {
    let execution = Explorer::model(|| {
        marker!("bare");
        marker!("declared", writes(VALUE));
    })
    .engine(Engine::Fibers)
    .replay(&Schedule::default());
    let steps: Vec<_> = execution.steps().iter().map(|it| it.marker()).collect();
    assert_eq!(steps, ["bare", "declared"]);
}

/// As with a static, and each thread drops its `Arc`: the order of the two drops matters to a count that nobody
/// looks at.
#[test]
fn lost_updates_in_an_arc() {
    let report = explore(|| {
        let value = Arc::new(AtomicUsize::new(0));
        let threads = [(); 2].map(|()| {
            let value = Arc::clone(&value);
            thread::spawn(move || add(&value))
        });
        join(threads);
        assert_eq!(value.load(SeqCst), 2);
    });
    assert_eq!(report.schedules(), 9);
    report.assert_fails();
}

/// As a protocol of a futex: each compare-and-swap, exchange and call is a step.
#[test]
fn a_mutex_of_two_threads() {
    let report = explore(|| {
        let total = leak(Mutex::new(0));
        let threads = [(); 2].map(|()| thread::spawn(|| *total.lock().unwrap() += 1));
        join(threads);
        assert_eq!(*total.lock().unwrap(), 2);
    });
    assert_eq!(report.schedules(), 12);
    report.assert_ok();
}

/// Two threads that take two locks in opposite orders and then do this with the guards.
fn opposite_orders(release: fn(Guard, Guard)) -> Report {
    explore(move || {
        let (a, b) = (leak(Mutex::new(())), leak(Mutex::new(())));
        let both = |one: &'static Mutex<()>, other: &'static Mutex<()>| {
            thread::spawn(move || {
                let one = one.lock().unwrap();
                release(one, other.lock().unwrap());
            })
        };
        join([both(a, b), both(b, a)]);
    })
}

type Guard = MutexGuard<'static, ()>;

#[test]
fn two_locks_in_opposite_orders() {
    // Beside the deadlock, who comes first has both. If it releases last what the other takes first, they
    // meet there alone: as with one mutex.
    let report = opposite_orders(|one, other| {
        drop(one);
        drop(other);
    });
    assert_eq!((report.schedules(), report.failing()), (12 + 1, 1));
    // Otherwise they meet at both, one after the other.
    let report = opposite_orders(|one, other| {
        drop(other);
        drop(one);
    });
    assert_eq!((report.schedules(), report.failing()), (48 + 1, 1));
    report.assert_fails();
}

/// As a protocol of futexes. If the flag is set first, who waits for it does not wait, and the lock counts as in
/// [`a_mutex_of_two_threads`] after one order: 6. Otherwise the wait for the bell comes before its count
/// changes, between that and the call that wakes, or after both: 3. If the lock was asked for before that wait
/// has released it, these are 3 for each of 5: who asked is in the queue by then and is woken; or is not,
/// and the call that was to wake it is the first, second, third or fourth of that call and the other's next three.
#[test]
fn a_flag_that_is_waited_for() {
    let report = explore(|| {
        let (flag, bell) = (leak(Mutex::new(false)), leak(Condvar::new()));
        let waits = thread::spawn(|| {
            drop(bell.wait_while(flag.lock().unwrap(), |it| !*it).unwrap());
        });
        let rings = thread::spawn(|| {
            *flag.lock().unwrap() = true;
            bell.notify_one();
        });
        join([waits, rings]);
    });
    assert_eq!(report.schedules(), 6 + 3 + 5 * 3);
    report.assert_ok();
}

/// Whoever is in a loop when the execution has failed goes on by itself, and is left if that has no end.
#[test]
fn a_thread_that_spins_does_not_keep_an_execution_from_ending() {
    let report = explore(|| {
        let (lock, flag) = (leak(Mutex::new(())), leak(AtomicUsize::new(0)));
        let held = lock.lock().unwrap();
        thread::spawn(|| {
            let _own = lock.lock();
            while flag.load(SeqCst) == 0 {}
        });
        assert_eq!(flag.load(SeqCst), 1, "nobody sets it");
        drop(held);
    });
    assert_eq!(report.failing(), report.schedules());
    report.assert_fails();
}

#[test]
fn the_build_is_as_it_was_but_for_the_calls() {
    assert!(cfg!(interlace) && cfg!(debug_assertions));
    assert_eq!(env!("BUILT"), "3");
}
