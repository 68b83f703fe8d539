//! Panics of threads that a program starts, which it learns of when it joins them.

use std::panic::{catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;

use interlace::{Engine, Explorer, Report, Strategy, marker};

/// What the first failure says before it tells the steps, the same on both engines and in JSON. Places are
/// `at` the line of this file that holds `source`, counted from the start of the line.
fn told(explorer: impl Fn() -> Explorer<()>) -> String {
    let [threads, fibers] = [Engine::Threads, Engine::Fibers].map(|engine| {
        let report = explorer().engine(engine).explore();
        assert_eq!(Report::from_json(&report.to_json()).unwrap(), report);
        let failure = report.assert_fails();
        assert!(failure.is_reproduced(), "{failure}");
        let text = failure.to_string();
        let again = explorer().engine(engine).replay(failure.schedule());
        assert_eq!(again.panics(), failure.panics());
        let (told, _) = text.split_once("\n\nfound in schedule").expect(&text);
        let again = again.to_string();
        assert!(
            again.starts_with(&format!("interlace: {told}\n\n")),
            "{again}"
        );
        told.to_owned()
    });
    assert_eq!(threads, fibers);
    fibers
}

/// Where `source` is in this file.
fn at(source: &str) -> String {
    let found = |(number, line): (usize, &str)| {
        let column = line.find(source)?;
        Some(format!("at {}:{}:{}", file!(), number + 1, column + 1))
    };
    let text = include_str!("panicked.rs");
    text.lines().enumerate().find_map(found).expect(source)
}

#[test]
fn the_panic_behind_the_error_of_a_join_is_told() {
    let text = told(|| {
        Explorer::model(|| {
            let started = thread::spawn(|| panic!("out of luck"));
            started.join().unwrap();
        })
    });
    let expected = [
        "thread `main` panicked: called `Result::unwrap()` on an `Err` value: Any { .. }",
        &at("unwrap();"),
        "thread `main/1` panicked first: out of luck",
        &at("panic!(\"out of luck\")"),
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_panic_that_is_resumed_is_told_with_its_place() {
    let text = told(|| {
        Explorer::model(|| {
            let started = thread::spawn(|| panic!("passed on"));
            started.join().unwrap_or_else(|error| resume_unwind(error));
        })
    });
    let expected = [
        "thread `main` panicked: passed on",
        "thread `main/1` panicked first: passed on",
        &at("panic!(\"passed on\")"),
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn the_panics_of_scoped_threads_are_told_in_their_order() {
    let text = told(|| {
        Explorer::model(|| {
            thread::scope(|scope| {
                scope.spawn(|| panic!("one of two"));
                scope.spawn(|| panic!("two of two"));
            });
        })
    });
    let expected = [
        "thread `main` panicked: a scoped thread panicked",
        &at("thread::scope(|scope| {"),
        "thread `main/1` panicked first: one of two",
        &at("panic!(\"one of two\")"),
        "then thread `main/2` panicked: two of two",
        &at("panic!(\"two of two\")"),
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_panic_that_nobody_minds_is_told_with_a_later_failure() {
    let text = told(|| {
        let explorer = Explorer::model(|| {
            let caught = || drop(catch_unwind(|| panic!("is caught")));
            let started = thread::spawn(move || {
                caught();
                panic!("is not minded");
            });
            drop(started.join());
        });
        explorer.check(|()| panic!("the state is wrong"))
    });
    let expected = [
        "the check failed: the state is wrong",
        &at("panic!(\"the state is wrong\")"),
        "thread `main/1` panicked first: is not minded",
        &at("panic!(\"is not minded\")"),
    ];
    assert_eq!(text, expected.join("\n"));
}

#[test]
fn a_deadlock_shows_the_panic_that_has_led_to_it() {
    let text = told(|| {
        Explorer::model(|| {
            let lock = Arc::new(Mutex::new(()));
            let own = Arc::clone(&lock);
            let started = thread::spawn(move || {
                std::mem::forget(own.lock());
                panic!("keeps the lock");
            });
            drop(started.join());
            drop(lock.lock());
        })
    });
    let expected = format!(
        "\nthread `main/1` panicked first: keeps the lock\n{}",
        at("panic!(\"keeps the lock\")")
    );
    assert!(
        text.starts_with("deadlock: ") && text.ends_with(&expected),
        "{text}"
    );
}

#[test]
fn with_another_panic_behind_it_the_error_of_a_join_is_another_failure() {
    let explorer = || {
        Explorer::model(|| {
            let is_late = Arc::new(AtomicBool::new(false));
            let own = Arc::clone(&is_late);
            let started = thread::spawn(move || {
                assert!(!own.load(SeqCst), "late");
                panic!("early");
            });
            marker!("late");
            is_late.store(true, SeqCst);
            started.join().unwrap();
        })
    };
    // The first step of the thread comes before `late` or after it. A sample begins with either, as its seed says.
    // After shrinking, it is the same still: the empty schedule is no smaller form of the other.
    let mut shrunk: Vec<_> = (0..8)
        .map(|seed| {
            let report = explorer()
                .strategy(Strategy::Random { schedules: 8 })
                .seed(seed)
                .explore();
            let failure = report.assert_fails();
            let found = explorer().replay(failure.found_schedule());
            assert_eq!(failure.panics(), found.panics());
            let message = failure.panics()[0].panic().message().to_owned();
            (message, failure.schedule().to_string())
        })
        .collect();
    shrunk.sort_unstable();
    shrunk.dedup();
    let pair = |message: &str, schedule: &str| (message.to_owned(), schedule.to_owned());
    assert_eq!(shrunk, [pair("early", "main/1:start"), pair("late", "")]);
}
