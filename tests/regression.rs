//! The regression test that a failure prints is pasted, compiled and run, as a user would.

mod scratch;

use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use interlace::{Explorer, marker};

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

    #[test]
    fn made_elsewhere_in_an_assertion() -> Result<(), std::fmt::Error> {
        if "1".len() == 2 {
            unreachable!()
        } else {
            assert_eq!((0, two_clients(["a", "b"]).explore().failing()), (1, 0), "{}", {
                two_clients(["c", "d"]).explore()
            });
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
        std::panic::catch_unwind(explore).map(|report| report.assert_ok()).unwrap();
    }
}
"#;

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

/// The test that `name` printed when it failed.
fn printed(scratch: &Scratch, name: &str) -> String {
    let output = scratch.cargo(&["test", "--quiet", "--lib", name]);
    let text = text(&output);
    assert!(!output.status.success(), "{text}");
    let (_, regression) = text
        .split_once("to paste beside the test that found this:\n\n")
        .expect(&text);
    let (regression, _) = regression.split_once("\n}\n").expect(&text);
    format!("{regression}\n}}\n")
}

fn pasted(source: &str, regression: &str) -> String {
    let module = source.trim_end().strip_suffix('}').unwrap();
    format!("{module}\n{regression}}}\n")
}

/// Pastes the test that `name` prints, and sees it fail as `name` did, and hold after the fix.
fn assert_reproduces(name: &str) -> String {
    let scratch = Scratch::new(&format!("scratch_{name}"), BROKEN);
    let regression = printed(&scratch, name);
    scratch.write(&pasted(BROKEN, &regression));

    let regression_name = format!("{name}_regression");
    let again = scratch.cargo(&["test", "--quiet", "--lib", &regression_name]);
    let again_text = text(&again);
    assert!(!again.status.success(), "{again_text}");
    assert!(
        again_text.contains("test result: FAILED. 0 passed; 1 failed"),
        "{again_text}"
    );
    assert!(
        again_text.contains("the check failed: assertion `left == right` failed: lost"),
        "{again_text}"
    );

    let fixed = BROKEN
        .replace(
            "let temp = self.value.load(SeqCst);",
            "self.value.fetch_add(1, SeqCst);",
        )
        .replace(
            "self.value.store(temp + 1, SeqCst); // interlace: write_value",
            "",
        );
    scratch.write(&pasted(&fixed, &regression));
    let held = scratch.cargo(&["test", "--quiet", "--lib", &regression_name]);
    assert!(held.status.success(), "{}", text(&held));
    assert!(text(&held).contains("1 passed"), "{}", text(&held));
    regression
}

#[test]
fn a_printed_test_reproduces_the_failure_and_holds_after_the_fix() {
    assert_reproduces("counter_is_atomic");
}

#[test]
fn a_printed_test_keeps_the_variables_and_loops_around_its_explorer() {
    let regression = assert_reproduces("every_number_is_reached");
    assert!(
        regression.contains("of a loop, keep the round that failed"),
        "{regression}"
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
    let report = std::convert::identity(broken().explore());
    let regression = report.assert_fails().regression();
    let replays = "    broken()\n        .replay(&interlace::schedule![])\n        .assert_ok();\n";
    assert!(regression.contains(replays), "{regression}");
    assert!(!regression.contains("Some("), "{regression}");
}

#[test]
fn an_explorer_in_a_closure_or_among_arguments_is_not_torn_out_of_it() {
    let programs = [broken];
    let mut reports: Vec<_> = programs.map(|program| program().explore()).into();
    reports.extend(programs.map(|program| {
        let explorer = program();
        explorer.explore()
    }));
    reports.push((1, broken().explore()).1);
    for report in reports {
        let regression = report.assert_fails().regression();
        assert!(
            regression.contains("paste the explorer here"),
            "{regression}"
        );
    }
}
