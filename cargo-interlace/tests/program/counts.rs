//! Programs in which nothing is marked, and how many classes of executions they have.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Condvar, Mutex};
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

/// The lock costs a step.
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
    assert_eq!(report.schedules(), 4);
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
