//! The regression test that a failure prints is pasted, compiled and run, as a user would.

mod scratch;

use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, Report, marker};

use scratch::Scratch;

/// What a user writes: code with a bug, and a test that explores it.
const BROKEN: &str = r#"
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[derive(Default)]
pub struct Counter {
    value: AtomicU32,
}

#[cfg_attr(test, interlace::trace)]
impl Counter {
    pub fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use interlace::Explorer;

    #[test]
    fn counter_is_atomic() {
        Explorer::new(Counter::default)
            .thread("thread1", Counter::increment)
            .thread("thread 2", Counter::increment)
            .check(|c| assert_eq!(c.value.load(SeqCst), 2, "lost"))
            .explore()
            .assert_ok();
    }

    #[test]
    fn a_model_is_atomic() {
        let threads = 2;
        interlace::model(move || {
            let counter = std::sync::Arc::new(Counter::default());
            let other = counter.clone();
            let other = std::thread::spawn(move || other.increment());
            counter.increment();
            other.join().unwrap();
            assert_eq!(counter.value.load(SeqCst), threads, "lost");
        });
    }

    // A body with more in it: variables, a report with a name, a loop around it all.
    #[test]
    fn every_number_is_reached() {
        let name = "}"; // an odd name
        for goal in [2, 2] {
            let explorer = Explorer::new(Counter::default).thread("a", Counter::increment);
            let report = explorer
                .thread(name, Counter::increment)
                .check(move |c| assert_eq!(c.value.load(SeqCst), goal, "lost"))
                .explore();
            report.assert_ok();
        }
    }

    // An explorer that another function makes, so that the test of the fix shares it.
    fn two_clients(threads: [&str; 2]) -> Explorer<Counter> {
        let [one, other] = threads;
        Explorer::new(Counter::default)
            .thread(one, Counter::increment)
            .thread(other, Counter::increment)
            .check(|c| assert_eq!(c.value.load(SeqCst), 2, "lost"))
    }

    #[test]
    fn made_elsewhere_in_a_macro() {
        let names = ["a", "b"];
        let text = format!("{} {}", names[0], two_clients(names).explore());
        assert!(text.contains("no failure"), "{text}");
    }

    fn holds(report: &interlace::Report) -> bool {
        println!("{report}");
        report.failing() == 0
    }

    #[test]
    fn made_elsewhere_in_an_assertion() -> Result<(), std::fmt::Error> {
        if "1".len() == 2 {
            unreachable!()
        } else {
            assert!("1".len() == 2 || holds(&two_clients(["a", "b"]).explore()), "it fails");
        }
        Ok(())
    }

    #[test]
    fn made_elsewhere_in_a_match() {
        match two_clients(["a", "b"]).explore() {
            report => report.assert_ok(),
        }
    }

    #[test]
    fn made_elsewhere_in_a_closure() {
        let explorers = [two_clients(["a", "b"])];
        let [explorer] = explorers;
        let explore = move || explorer.explore();
        explore().assert_ok();
    }
}
"#;

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

/// The tests that those whose names begin so printed when they failed.
fn printed(scratch: &Scratch, names: &str) -> Vec<String> {
    let output = scratch.cargo(&["test", "--quiet", names]);
    let text = text(&output);
    assert!(!output.status.success(), "{text}");
    let printed = text.split("to paste beside the test that found this:\n\n");
    let ends = |regression: &str| {
        let (regression, _) = regression.split_once("\n}\n").expect(&text);
        format!("{regression}\n}}\n")
    };
    printed.skip(1).map(ends).collect()
}

fn pasted(source: &str, regressions: &[String]) -> String {
    let module = source.trim_end().strip_suffix('}').unwrap();
    format!("{module}\n{}}}\n", regressions.join("\n"))
}

/// Pastes the tests that so many print whose names begin so, and sees them fail as those did, and
/// hold after the fix.
fn assert_reproduces(names: &str, number: usize) -> String {
    let scratch = Scratch::new(&format!("scratch_{names}"), BROKEN);
    let regressions = printed(&scratch, names);
    assert_eq!(regressions.len(), number, "{regressions:#?}");
    scratch.write(&pasted(BROKEN, &regressions));

    let again = scratch.cargo(&["test", "--quiet", "_regression"]);
    let again_text = text(&again);
    assert!(!again.status.success(), "{again_text}");
    assert!(
        again_text.contains(&format!("test result: FAILED. 0 passed; {number} failed")),
        "{again_text}"
    );
    let failures = again_text.matches(": assertion `left == right` failed: lost");
    assert_eq!(failures.count(), number, "{again_text}");

    let fixed = BROKEN
        .replace(
            "let temp = self.value.load(SeqCst);",
            "self.value.fetch_add(1, SeqCst);",
        )
        .replace(
            "self.value.store(temp + 1, SeqCst); // interlace: write_value",
            "",
        );
    scratch.write(&pasted(&fixed, &regressions));
    let held = scratch.cargo(&["test", "--quiet", "_regression"]);
    assert!(held.status.success(), "{}", text(&held));
    assert!(
        text(&held).contains(&format!("{number} passed")),
        "{}",
        text(&held)
    );
    regressions.concat()
}

#[test]
fn a_printed_test_reproduces_the_failure_and_holds_after_the_fix() {
    assert_reproduces("counter_is_atomic", 1);
}

#[test]
fn of_a_model_the_printed_test_has_an_explorer_of_the_same_body() {
    let regression = assert_reproduces("a_model_is_atomic", 1);
    assert!(
        regression.contains("    interlace::Explorer::model(move || {\n"),
        "{regression}"
    );
}

/// It would run main alone, and hold.
#[test]
fn a_model_whose_threads_are_not_seen_is_refused() {
    let scratch = Scratch::new("scratch_unseen", BROKEN);
    scratch.without_features();
    let output = scratch.cargo(&["test", "--quiet", "a_model_is_atomic"]);
    let text = text(&output);
    assert!(!output.status.success(), "{text}");
    assert!(
        text.contains(
            "interlace: the threads that the body of a model starts are not seen in this build. It takes the \
             feature `system` of this crate, and Linux with glibc. Elsewhere, add threads by `Explorer::thread`"
        ),
        "{text}"
    );
}

#[test]
fn a_printed_test_keeps_the_variables_and_loops_around_its_explorer() {
    let regression = assert_reproduces("every_number_is_reached", 1);
    assert!(
        regression.contains("of a loop, keep the round that failed"),
        "{regression}"
    );
}

#[test]
fn a_printed_test_holds_the_function_that_explores_what_another_makes() {
    // In a macro, an assertion, a match, and a closure.
    let regressions = assert_reproduces("made_elsewhere", 4);
    assert!(
        !regressions.contains("paste the explorer here"),
        "{regressions}"
    );
}

/// A program that fails, made away from where it is explored.
fn broken() -> Explorer<AtomicU32> {
    Explorer::new(AtomicU32::default)
        .thread("t", |value| {
            marker!("set");
            value.store(1, SeqCst);
        })
        .check(|value| assert_eq!(value.load(SeqCst), 0))
}

#[test]
fn an_explorer_in_a_call_is_taken_out_of_it() {
    let replays = "    broken()\n        .replay(&interlace::schedule![])\n        .assert_ok();\n";
    let identity = std::convert::identity(broken().explore());
    let second = (1, broken().explore()).1;
    for report in [identity, second] {
        let regression = report.assert_fails().regression();
        assert!(
            regression.ends_with(&format!("{replays}}}")),
            "{regression}"
        );
        assert!(!regression.contains("second = "), "{regression}");
    }
}

#[test]
fn an_explorer_that_needs_what_stands_around_it_is_not_torn_out_of_it() {
    fn explore<T: FnOnce() -> Explorer<AtomicU32>>(program: T) -> Report {
        program().explore()
    }
    fn returns_early() -> Option<Report> {
        let program = Some(broken)?;
        Some(program().explore())
    }
    let programs = [broken];
    let mut reports: Vec<_> = programs.map(|program| program().explore()).into();
    reports.extend(programs.map(|program| {
        let explorer = program();
        explorer.explore()
    }));
    let run = |program: fn() -> Explorer<AtomicU32>| {
        let explorer = program();
        explorer.explore()
    };
    reports.push(run(broken));
    reports.push(match Some(broken()) {
        Some(explorer) => explorer.explore(),
        None => unreachable!(),
    });
    reports.push(Explorer::explore(broken()));
    reports.push(explore(broken));
    reports.extend(returns_early());
    assert_eq!(reports.len(), 7);
    for report in reports {
        let regression = report.assert_fails().regression();
        assert!(
            regression.contains("paste the explorer here"),
            "{regression}"
        );
    }
}
