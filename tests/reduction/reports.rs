//! What reports say of classes, and where there are none.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;

use interlace::{Engine, ErrorKind, Explorer, Report, Strategy, marker};

fn increment(value: &AtomicU32) {
    marker!("read", reads(value));
    let read = value.load(SeqCst);
    marker!("write", writes(value));
    value.store(read + 1, SeqCst);
}

fn counter() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("a", increment)
        .thread("b", increment)
}

#[test]
fn a_report_tells_classes_from_schedules() {
    let report = counter().outcome(|it| it.load(SeqCst)).explore();
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 4 classes of schedules; one schedule of each was run\n\
         outcomes:\n  2 × 1  (as in a:read b:read)\n  2 × 2  (with no step forced)"
    );
    assert_eq!(Report::from_json(&report.to_json()), Ok(report.clone()));
    assert!(report.is_exhaustive() && report.describe_search().contains("(reduced; threads a, b)"));
    let every = counter()
        .strategy(Strategy::Exhaustive)
        .explore()
        .to_string();
    assert_eq!(
        every,
        "interlace: no failure in 6 schedules; every schedule was run"
    );
}

#[test]
fn a_failure_is_the_same_whatever_found_it() {
    let explorer = || counter().check(|it| assert_eq!(it.load(SeqCst), 2));
    let minimal = |strategy| {
        let report = explorer().strategy(strategy).explore();
        let failure = report.assert_fails();
        assert!(failure.is_proved_minimal() && failure.is_reproduced());
        failure.schedule().to_string()
    };
    assert_eq!(minimal(Strategy::Reduced), minimal(Strategy::Exhaustive));
    let report = explorer().keep_going().explore();
    let text = report.to_string();
    assert!(text.starts_with(
        "interlace: 2 of 4 classes of schedules failed; one schedule of each was run"
    ));
    assert!(
        text.contains("\nfound in one of the classes; shrunk to 2 forced steps and 1 preemption;")
    );
}

/// The error of a search that asks for classes, on both engines.
fn refusal<S: Send + Sync + 'static>(explorer: impl Fn() -> Explorer<S>) -> String {
    let refusals = [Engine::Threads, Engine::Fibers].map(|engine| {
        let report = explorer()
            .strategy(Strategy::Reduced)
            .engine(engine)
            .explore();
        assert!(!report.is_exhaustive());
        let error = report.error().expect("it is refused");
        assert_eq!(error.kind(), ErrorKind::NotReducible);
        // Without the strategy, every schedule is run.
        let report = explorer().engine(engine).explore();
        assert!(report.is_exhaustive() && report.to_string().contains("every schedule was run"));
        error.to_string()
    });
    assert_eq!(refusals[0], refusals[1]);
    refusals[0].clone()
}

const CANNOT: &str = "the strategy `reduced` cannot tell which schedules are of one class: ";

#[test]
fn a_step_that_may_touch_anything_is_named() {
    let opaque = || {
        counter().thread("c", |value| {
            marker!("look");
            value.load(SeqCst);
        })
    };
    let line = line!() - 4;
    let text = refusal(opaque);
    let start = format!(
        "{CANNOT}step 5, `c:look` (look (tests/reduction/reports.rs:{line})) declares nothing"
    );
    assert!(text.starts_with(&start), "{text}");
    let nothing = || {
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| marker!("y"))
    };
    assert!(refusal(nothing).contains("declares nothing"));
}

#[test]
fn whoever_looks_on_sees_the_order_of_all_steps() {
    let text = refusal(|| counter().invariant("small", |it| it.load(SeqCst) < 3));
    assert!(
        text.starts_with(&format!(
            "{CANNOT}invariants are evaluated after every step"
        )),
        "{text}"
    );
}

#[test]
fn a_report_says_why_there_are_no_classes() {
    let declares = || counter().invariant("small", |it| it.load(SeqCst) < 3);
    let report = declares().explore();
    assert_eq!(
        report.to_string(),
        "interlace: no failure in 6 schedules; every schedule was run\n\
         no classes of schedules were told: invariants are evaluated after every step, in whichever order the steps come"
    );
    assert_eq!(Report::from_json(&report.to_json()), Ok(report));
    let opaque = || {
        counter().thread("c", |value| {
            marker!("look");
            value.load(SeqCst);
        })
    };
    let text = opaque().explore().to_string();
    assert!(
        text.contains("\nno classes of schedules were told: step 5, `c:look` ("),
        "{text}"
    );
    // Whoever asks for every schedule, or declares nothing, knows why.
    let undeclared = || {
        Explorer::new(|| ())
            .thread("a", |()| marker!("x"))
            .thread("b", |()| marker!("y"))
            .invariant("true", |()| true)
    };
    for text in [
        declares()
            .strategy(Strategy::Exhaustive)
            .explore()
            .to_string(),
        undeclared().explore().to_string(),
    ] {
        assert!(!text.contains("classes"), "{text}");
    }
}

/// It does not end both sleeps before the other has looked, though they have nothing in common but the clock.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_second_time_out_that_is_held_back_is_named() {
    let explorer = || {
        Explorer::new(|| ())
            .thread("sleeps", |()| {
                marker!("sleep", reads());
                std::thread::sleep(Duration::from_millis(1));
                std::thread::sleep(Duration::from_millis(1));
            })
            .thread("looks", |()| {
                marker!("look", reads());
                let _now = std::time::Instant::now();
            })
    };
    let text = refusal(explorer);
    assert!(
        text.contains("step 2, `sleeps:timeout(sleep)`") && text.contains("twice in a row"),
        "{text}"
    );
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_wait_that_may_be_spurious_is_named() {
    use std::sync::Condvar;
    type Shared = (Mutex<bool>, Condvar);
    let explorer = || {
        Explorer::new(Shared::default)
            .spurious_wakeups(1)
            .thread("waits", |(lock, bell): &Shared| {
                marker!("wait", writes(lock), writes(bell));
                let told = lock.lock().unwrap();
                drop(bell.wait_while(told, |told| !*told).unwrap());
            })
            .thread("rings", |(lock, bell): &Shared| {
                marker!("ring", writes(lock), writes(bell));
                *lock.lock().unwrap() = true;
                bell.notify_one();
            })
    };
    let text = refusal(explorer);
    assert!(
        text.contains("step 1, `waits:wait`") && text.contains("spuriously"),
        "{text}"
    );
}

/// A thread of which nobody waits for the end ends with the execution, and does not time out any more then.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_wait_that_ends_with_the_execution_lets_every_schedule_be_run() {
    let explorer = || {
        Explorer::new(|| ()).thread("main", |()| {
            marker!("start", reads());
            std::thread::spawn(|| std::thread::sleep(Duration::from_millis(1)));
            marker!("end", reads());
        })
    };
    assert!(refusal(explorer).contains("as it is where the execution ends"));
}

/// A second time-out in a row that only some schedules come to: the search by classes is given up when it shows.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_wait_that_shows_late_lets_every_schedule_be_run() {
    let explorer = || {
        Explorer::new(AtomicU32::default)
            .thread("a", increment)
            .thread("b", |value| {
                marker!("look", reads(value));
                if value.load(SeqCst) == 0 {
                    std::thread::sleep(Duration::from_millis(1));
                    std::thread::sleep(Duration::from_millis(1));
                }
            })
    };
    let report = explorer().explore().to_string();
    let every = explorer().strategy(Strategy::Exhaustive).explore();
    let (head, line) = report
        .split_once("\nno classes of schedules were told: with step ")
        .unwrap();
    assert_eq!(head, every.to_string());
    assert!(
        line.contains("twice in a row") && !line.contains('\n'),
        "{line}"
    );
}

/// Three threads of 12 steps each, where the second half of `a` must come between two steps of `b`, which
/// come between two of `c`: that takes two preemptions. Depth first, the last threads change first.
#[test]
fn few_preemptions_come_first_where_there_are_many_schedules() {
    let walk = |log: &Mutex<String>, name: char| {
        for step in 0..12 {
            marker!("step");
            if step == 3 || step == 4 {
                log.lock().unwrap().push(name);
            }
        }
    };
    let report = Explorer::new(Mutex::<String>::default)
        .thread("a", move |log| walk(log, 'a'))
        .thread("b", move |log| walk(log, 'b'))
        .thread("c", move |log| walk(log, 'c'))
        .engine(Engine::Fibers)
        .check(|log| assert_ne!(*log.lock().unwrap(), "abccba"))
        .time_limit(Duration::from_secs(60))
        .explore();
    let failure = report.assert_fails();
    assert_eq!(failure.preemptions(), 2);
    // A thousand depth first, and those ahead of their turn do not count unless they fail.
    assert_eq!(failure.index(), 1001);
}

/// The same where the search begins by classes, which see nothing of this mistake, and gives them up late. Without
/// a preemption `b` is before `a` in the first twenty executions; depth first, in none for longer than anybody waits.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn few_preemptions_come_first_where_classes_are_given_up() {
    let walk = |log: &Mutex<String>, name: char| {
        for step in 0..12 {
            marker!("step", reads());
            if step == 6 {
                log.lock().unwrap().push(name);
            }
        }
    };
    let report = Explorer::new(|| (Mutex::<String>::default(), AtomicU32::default()))
        .thread("a", move |(log, _)| walk(log, 'a'))
        .thread("b", move |(log, _)| walk(log, 'b'))
        .thread("c", |(_, value)| increment(value))
        .thread("d", |(_, value)| {
            marker!("look", reads(value));
            if value.load(SeqCst) == 0 {
                std::thread::sleep(Duration::from_millis(1));
                std::thread::sleep(Duration::from_millis(1));
            }
        })
        .check(|(log, _)| assert_eq!(*log.lock().unwrap(), "ab"))
        .time_limit(Duration::from_secs(20))
        .explore();
    assert_eq!(report.failing(), 1, "{report}");
    assert_eq!(report.assert_fails().preemptions(), 0);
}
