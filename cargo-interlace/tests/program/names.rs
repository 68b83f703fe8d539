//! What steps are called in which nothing is marked.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use interlace::{Engine, Explorer};

static VALUE: AtomicUsize = AtomicUsize::new(0);

struct Counter;

impl Counter {
    fn reset() {
        VALUE.store(0, SeqCst);
    }

    /// Two accesses of each kind, of which the second is reached only if another thread is in between.
    fn increment() {
        let value = VALUE.load(SeqCst);
        VALUE.store(value + 1, SeqCst);
        if VALUE.load(SeqCst) != value + 1 {
            VALUE.store(7, SeqCst);
        }
    }
}

fn explorer() -> Explorer<()> {
    Explorer::model(|| {
        Counter::reset();
        let other = thread::spawn(Counter::increment);
        Counter::increment();
        other.join().unwrap();
        assert_ne!(VALUE.load(SeqCst), 7);
    })
}

/// Elsewhere, steps are fewer, and more may block that is not seen.
#[test]
fn fibers_are_the_default() {
    assert_eq!(Engine::default(), Engine::Fibers);
}

#[test]
fn a_step_is_called_by_its_function_and_what_that_does() {
    let report = explorer().explore();
    let failure = report.assert_fails();
    let steps = failure.timeline().steps();
    let of = |thread: &str| -> Vec<String> {
        let own = steps.iter().filter(|it| it.thread() == thread);
        let places = own.filter(|it| it.marker().file() == file!());
        places.map(|it| it.marker().to_string()).collect()
    };
    let [main, other] = ["main", "main/1"].map(of);
    let at = |line| format!(" ({}:{line})", file!());
    let increment = [("load", 19), ("store", 20), ("load2", 21), ("store2", 22)]
        .map(|(operation, line)| format!("increment.{operation}{}", at(line)));
    assert_eq!(main[0], format!("reset.store{}", at(14)));
    assert!(
        main.iter().any(|it| it.starts_with("explorer.load ")),
        "{main:?}"
    );
    for own in [&main[1..main.len() - 1], &other] {
        assert!(increment.starts_with(own), "{own:?}");
    }
    assert!(main.contains(&increment[3]) || other.contains(&increment[3]));
}

/// A schedule says the same in another process, and that has reached nothing yet.
#[test]
fn what_is_printed_is_replayed() {
    let report = explorer().explore();
    let failure = report.assert_fails();
    let schedule = failure.schedule().to_string().parse().unwrap();
    let execution = explorer().replay(&schedule);
    assert_eq!(execution.timeline(), failure.timeline());
}
