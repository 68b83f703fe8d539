//! What people see of a failure in a terminal, and how often. A test prints into the process that it runs in, so each
//! case is a process: this test program again, told to run one test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::Duration;
use std::{env, fs, panic};

use interlace::strategies::interleavings;
use interlace::{Engine, Explorer, marker};
use proptest::prelude::*;

/// A folder for what a test may leave behind, which is empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("terminal_{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs an ignored test of this program as `cargo test` does, and returns all that it prints.
fn run(name: &str, folder: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["--exact", name, "--ignored"])
        .current_dir(folder);
    for variable in [
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "FORCE_COLOR",
        "CARGO_TERM_COLOR",
        "COLUMNS",
        "RUST_BACKTRACE",
    ] {
        command.env_remove(variable);
    }
    command
        .env("CARGO_MANIFEST_DIR", folder)
        .envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// Each of two threads adds as often, in two steps.
fn counter(count: u32) -> Explorer<AtomicU32> {
    let add = move |value: &AtomicU32| {
        for _ in 0..count {
            marker!("read");
            let read = value.load(SeqCst);
            marker!("write");
            value.store(read + 1, SeqCst);
        }
    };
    let explorer = Explorer::new(AtomicU32::default).engine(Engine::Fibers);
    let explorer = explorer.thread("a", add).thread("b", add);
    explorer.check(move |value| assert_eq!(value.load(SeqCst), 2 * count, "additions are lost"))
}

fn config() -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(20)
    }
}

#[test]
#[ignore = "run by a_property_prints_its_report_once"]
fn explores_in_a_property() {
    proptest!(config(), |(count in 1..4_u32)| counter(count).explore().assert_ok());
}

#[test]
#[ignore = "run by a_property_prints_its_report_once"]
fn runs_under_an_interleaving_in_a_property() {
    proptest!(config(), |(count in 1..4_u32, interleaving in interleavings())| {
        counter(count).run_under(&interleaving).assert_ok();
    });
}

/// Shrinking runs the property again and again. What is shown is the report of the smallest case, in which each
/// thread adds once; nothing is saved, since the next run draws other cases first; and there is one page, of the
/// same case.
#[test]
fn a_property_prints_its_report_once() {
    let folder = folder("property");
    let pages = folder.join("pages");
    let variables = [("INTERLACE_HTML", pages.to_str().unwrap())];
    for name in [
        "explores_in_a_property",
        "runs_under_an_interleaving_in_a_property",
    ] {
        let text = run(name, &folder, &variables);
        assert!(text.contains("1 failed"), "{text}");
        assert_eq!(text.matches("additions are lost").count(), 1, "{text}");
        assert_eq!(text.matches("  step    a").count(), 1, "{text}");
        assert_eq!(text.matches("panicked at").count(), 1, "{text}");
        assert!(text.contains("minimal failing input: count = 1"), "{text}");
    }
    let left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(left, ["pages"]);
    let pages: Vec<_> = fs::read_dir(pages)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    // One of each property.
    assert_eq!(pages.len(), 2, "{pages:?}");
    for page in pages {
        let page = fs::read_to_string(page).unwrap();
        assert!(page.contains("right: 2"), "{page}");
    }
}

#[test]
#[ignore = "run by tests of colours"]
fn fails() {
    counter(1).explore().assert_ok();
}

#[test]
#[ignore = "run by what_is_caught_is_plain"]
#[should_panic(expected = "interlace: 1 of ")]
fn fails_as_it_should() {
    let caught = panic::catch_unwind(|| counter(1).explore().assert_ok()).unwrap_err();
    assert!(!caught.downcast_ref::<String>().unwrap().contains('\u{1b}'));
    panic::resume_unwind(caught);
}

/// Without `COLUMNS`, the text in colours is the plain one with escapes.
#[test]
fn colours_are_all_that_colours_add() {
    let folder = folder("colours");
    let plain = run("fails", &folder, &[]);
    assert!(
        !plain.contains('\u{1b}') && plain.contains("additions are lost"),
        "{plain}"
    );
    let report = |text: &str| {
        let from = text.find("interlace: 1 of").expect("a report");
        let to = text.find("failures:\n    fails").expect("an end");
        // After the plain text, std explains how to get a backtrace.
        let text = text[from..to].replace(
            "note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace",
            "",
        );
        text.trim_end().to_owned()
    };
    for on in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
        fs::remove_dir_all(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        let coloured = run("fails", &folder, &[(on, "1")]);
        assert!(coloured.contains("\u{1b}[1m"), "{coloured}");
        let text = without_escapes(&coloured);
        assert_eq!(report(&text), report(&plain));
        assert_eq!(
            text.matches("thread 'fails' panicked at tests/terminal.rs:")
                .count(),
            1,
            "{text}"
        );
    }
    let variables = [("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")];
    assert!(!run("fails", &folder, &variables).contains('\u{1b}'));
}

#[test]
fn what_is_caught_is_plain() {
    let text = run(
        "fails_as_it_should",
        &folder("caught"),
        &[("CLICOLOR_FORCE", "1")],
    );
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn lines_are_as_narrow_as_columns_says() {
    for width in [40, 80] {
        let columns = width.to_string();
        let folder = folder(&format!("columns_{width}"));
        let text = run(
            "fails",
            &folder,
            &[("CLICOLOR_FORCE", "1"), ("COLUMNS", &columns)],
        );
        let text = without_escapes(&text);
        let (_, report) = text.split_once("interlace: 1 of").expect("a report");
        let (report, _) = report
            .split_once("regression test")
            .expect("a test to paste");
        for line in report.lines() {
            assert!(
                line.chars().count() <= width || !line.trim().contains(' '),
                "{line}\n{text}"
            );
        }
    }
}

fn without_escapes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').expect("an escape for a colour").1
    })
}

#[test]
#[ignore = "run by a_long_search_in_a_test_is_told_of"]
fn takes_long() {
    // 48! / (24! 24!) schedules are 3·10¹³.
    let body = |(): &()| (0..24).for_each(|_| marker!("step"));
    let explorer = Explorer::new(|| ()).thread("a", body).thread("b", body);
    let report = explorer.time_limit(Duration::from_secs(7)).explore();
    report.assert_no_failure_found();
}

/// Standard error itself gets the line, though the test passes and the harness keeps what it prints.
#[test]
fn a_long_search_in_a_test_is_told_of() {
    let folder = folder("progress");
    let text = run("takes_long", &folder, &[]);
    assert!(text.contains("1 passed"), "{text}");
    assert_eq!(text.matches("interlace: takes_long: ").count(), 1, "{text}");
    let text = run("takes_long", &folder, &[("INTERLACE_PROGRESS", "0")]);
    assert!(
        text.contains("1 passed") && !text.contains("interlace: "),
        "{text}"
    );
}
