//! A failure that was found once is tried first in every later run, as a user would see it.

mod scratch;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use scratch::Scratch;

/// Two increments, one of which may be lost; a test that expects that, and a program that is none.
const BROKEN: &str = r#"
//! ```
//! use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
//! let report = interlace::Explorer::new(AtomicU32::default)
//!     .thread("a", |value| { interlace::marker!("set"); value.store(1, SeqCst) })
//!     .check(|value| assert_eq!(value.load(SeqCst), 0))
//!     .explore();
//! assert!(std::panic::catch_unwind(|| report.assert_ok()).is_err());
//! ```

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
    use interlace::{Explorer, Report};

    fn explore() -> Report {
        Explorer::new(Counter::default)
            .thread("thread1", Counter::increment)
            .thread("thread 2", Counter::increment)
            .check(|c| assert_eq!(c.value.load(SeqCst), 2, "lost"))
            .max_schedules(MAX)
            .explore()
    }

    #[test]
    fn is_atomic() {
        let report = explore();
        println!("{report}");
        report.assert_no_failure_found();
    }

    #[test]
    fn a_hunt_that_expects_a_failure_saves_none() {
        let report = explore();
        println!("{report}");
        assert!(report.failing() == 0 || report.assert_fails().is_reproduced());
    }
}
const MAX: u64 = 1000;
"#;

fn fixed() -> String {
    let atomic = "let temp = self.value.fetch_add(1, SeqCst); // interlace: read_value";
    BROKEN
        .replace(
            "let temp = self.value.load(SeqCst); // interlace: read_value",
            atomic,
        )
        .replace("self.value.store(temp + 1, SeqCst);", "let _ = temp;")
}

fn text(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8(both).unwrap()
}

fn run(scratch: &Scratch, variables: &[(&str, &str)], test: &str) -> (bool, String) {
    let arguments = ["test", "--quiet", "--lib", test, "--", "--nocapture"];
    let output = scratch.cargo_with(variables, &arguments);
    (output.status.success(), text(&output))
}

fn saved(scratch: &Scratch) -> PathBuf {
    let folder = scratch.folder().join("interlace-regressions");
    folder.join("src/lib/is_atomic.txt")
}

#[test]
fn what_failed_once_is_tried_first_until_it_is_deleted() {
    let scratch = Scratch::new("scratch_saved", BROKEN);

    // Only a test that minds the failure saves it: neither a hunt, nor a documentation test.
    let (holds, text) = run(&scratch, &[], "a_hunt");
    assert!(holds, "{text}");
    let doc = scratch.cargo(&["test", "--quiet", "--doc"]);
    assert!(doc.status.success(), "{doc:?}");
    assert!(!scratch.folder().join("interlace-regressions").exists());

    let (holds, text) = run(&scratch, &[("INTERLACE_SAVED", "0")], "is_atomic");
    assert!(!holds && !text.contains("saved in"), "{text}");
    assert!(!scratch.folder().join("interlace-regressions").exists());

    let (holds, text) = run(&scratch, &[], "is_atomic");
    assert!(!holds, "{text}");
    let place = "interlace-regressions/src/lib/is_atomic.txt";
    let says = format!("saved in {place}: the next run tries it first");
    assert!(text.contains(&says), "{text}");
    let file = fs::read_to_string(saved(&scratch)).unwrap();
    let line = "\n# the check failed: assertion `left == right` failed: lost\n\
                v2 thread1:read_value \"thread 2\":read_value\n";
    assert!(file.ends_with(line), "{file}");

    // The first schedule, thread1 before thread 2, holds. So one schedule finds nothing, unless
    // it is the one in the file.
    scratch.write(&BROKEN.replace("MAX: u64 = 1000", "MAX: u64 = 1"));
    let variables = [("INTERLACE_SAVED", "0")];
    let (holds, text) = run(&scratch, &variables, "is_atomic");
    assert!(holds, "{text}");
    // On the main thread, where no thread is named after the test, the file is the same.
    for variables in [&[][..], &[("RUST_TEST_THREADS", "1")]] {
        let (holds, text) = run(&scratch, variables, "is_atomic");
        assert!(!holds, "{text}");
        let head = format!(
            "interlace: a schedule that was saved in {place} fails again; nothing else was run\n\n\
             the check failed: assertion `left == right` failed: lost"
        );
        assert!(text.contains(&head), "{text}");
        assert!(!text.contains("the next run tries it first"), "{text}");
        assert_eq!(fs::read_to_string(saved(&scratch)).unwrap(), file);
    }

    // Fixed, and every schedule is run again: 4! / (2! 2!) = 6.
    scratch.write(&fixed());
    let (holds, text) = run(&scratch, &[], "is_atomic");
    assert!(holds, "{text}");
    let says = format!(
        "interlace: no failure in 6 schedules; every schedule was run\ndid not fail \
         any more: 1 saved schedule; to be tried no longer, delete from {place}"
    );
    assert!(text.contains(&says), "{text}");

    // A marker has another name: the schedule does not fit, and stays.
    scratch.write(&fixed().replace("interlace: read_value", "interlace: look"));
    let (holds, text) = run(&scratch, &[], "is_atomic");
    assert!(holds, "{text}");
    let says = format!(
        "did not fit the program any more: 1 saved schedule; delete from {place}\n  \
         thread1:read_value \"thread 2\":read_value: step 1 of 2, `thread1:read_value`, cannot be \
         granted"
    );
    assert!(text.contains(&says), "{text}");
    // The test has printed its report. Where it does not, `assert_ok` tells.
    let told = "interlace: `tests::is_atomic` at src/lib.rs:";
    assert!(text.contains(told), "{text}");
    assert_eq!(text.matches(&says).count(), 2, "{text}");
    assert_eq!(fs::read_to_string(saved(&scratch)).unwrap(), file);

    // The test has another name: nobody tries the file any more.
    scratch.write(&fixed().replace("is_atomic", "stays_atomic"));
    let (holds, text) = run(&scratch, &[], "stays_atomic");
    assert!(holds, "{text}");
    let says = format!(
        "interlace: the schedules saved in {place} are tried by no test: if theirs was renamed, rename the file, \
         otherwise delete it\n"
    );
    assert_eq!(text.matches(&says).count(), 1, "{text}");
    scratch.write(&fixed());

    // A file that a merge has left in conflict is an error, not a run without it.
    fs::write(saved(&scratch), format!("{file}<<<<<<< HEAD\n")).unwrap();
    let (holds, text) = run(&scratch, &[], "is_atomic");
    assert!(!holds, "{text}");
    assert!(
        text.contains(place) && text.contains("could not be read: line "),
        "{text}"
    );
}

#[test]
fn a_place_that_cannot_be_written_is_told_and_the_failure_too() {
    let scratch = Scratch::new("scratch_unwritable", BROKEN);
    // A file in the place of the folder: not even root can make the folder then.
    let folder = scratch.folder().join("interlace-regressions");
    fs::write(folder, "").unwrap();
    let (holds, text) = run(&scratch, &[], "is_atomic");
    assert!(!holds, "{text}");
    assert!(
        text.contains("4 of 6 schedules failed") || text.contains("1 of 2 schedules"),
        "{text}"
    );
    assert!(
        text.contains("\n\nNOT SAVED: the saved schedules in "),
        "{text}"
    );
}

#[test]
fn one_schedule_can_be_replayed_alone() {
    let scratch = Scratch::new("scratch_replay", BROKEN);
    let replay = |schedule: &str| {
        run(
            &scratch,
            &[("INTERLACE_REPLAY", schedule)],
            "tests::is_atomic",
        )
    };
    let (holds, text) = replay("thread1:read_value \"thread 2\":read_value");
    assert!(!holds, "{text}");
    let head = "interlace: 1 of 1 schedule failed; the schedule to replay, and no other, was run\n\n\
                the check failed: ";
    assert!(text.contains(head), "{text}");
    assert!(text.contains("\nreplayed as it was given\n"), "{text}");
    assert!(!scratch.folder().join("interlace-regressions").exists());

    let (holds, text) = replay("\"thread 2\":read_value \"thread 2\":write_value");
    assert!(holds, "{text}");
    let head = "interlace: no failure in 1 schedule; the schedule to replay, and";
    assert!(text.contains(head), "{text}");

    for (schedule, error) in [
        ("thread1", "is `thread1`: not a schedule: expected `:`"),
        ("thread3:read_value", "names a thread that was not added"),
        ("thread1:read", "cannot be granted: `thread1` "),
    ] {
        let (holds, text) = replay(schedule);
        assert!(!holds, "{text}");
        let start = "interlace: the environment variable `INTERLACE_REPLAY` is `";
        assert!(text.contains(start) && text.contains(error), "{text}");
    }
}
