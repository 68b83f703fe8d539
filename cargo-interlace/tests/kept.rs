//! How a failure of an instrumented search reads, and how it is kept: by markers, and a test to paste.

mod scratch;

use std::fs;

use scratch::Scratch;

const FILES: [(&str, &str); 2] = [
    (
        "Cargo.toml",
        r#"[package]
name = "kept"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
crossbeam-queue = "0.3"

[dev-dependencies]
{interlace}

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(interlace)"] }
"#,
    ),
    ("src/lib.rs", include_str!("program/kept/lib.rs")),
];

/// The whole report of the first test, from how it fails.
const COUNTER: &str = r#"thread `main` panicked: assertion `left == right` failed
  left: 1
 right: 2
at src/lib.rs:59:13

found in one of the classes; shrunk to 6 forced steps and 1 preemption; proved minimal in 8 executions

  step     main             main/1
    1-4 *  (4 steps that touch nothing shared)
      5 *  increment.load                    src/lib.rs:17  let value = self.value.load(SeqCst);
           main stops here: it has read `self.value` in step 5; main/1 writes it in step 8, before main writes it in
           step 11
      6 *                   start
      7                     increment.load   src/lib.rs:17  let value = self.value.load(SeqCst);
      8                     increment.store  src/lib.rs:18  self.value.store(value + 1, SeqCst);
   9-10                     (2 steps that touch nothing shared)
     11    increment.store                   src/lib.rs:18  self.value.store(value + 1, SeqCst);
     12    join                              src/lib.rs:58  other.join().unwrap();
  13-17    (5 steps that touch nothing shared)
     18    counter.load                      src/lib.rs:59  assert_eq!(counter.value.load(SeqCst), 2);
  (* forced by the schedule; from there, whoever ran last goes on until it ends or waits,
  then the others do in the order in which they were added)

schedule: main:counter.fetch_add main:spawn_unchecked.load main:spawn_unchecked.fetch_add main:spawn_unchecked.fetch_add2 main:increment.load main/1:start

why: it holds if these conflicting steps come the other way round
  main:increment.load (src/lib.rs:17) reads `self.value` before main/1:increment.store (src/lib.rs:18) writes it

To keep this as a test of a plain `cargo test`, write this marker, in a function under
`#[cfg_attr(test, interlace::trace)]`:

  src/lib.rs:18: self.value.store(value + 1, SeqCst);  // interlace: store

and paste this test beside the one that found this:

#[test]
fn counter_regression() {
    interlace::Explorer::model(|| {
        let counter = Arc::new(Counter::default());
        let own = Arc::clone(&counter);
        let other = thread::spawn(move || own.increment());
        counter.increment();
        other.join().unwrap();
        assert_eq!(counter.value.load(SeqCst), 2);
    })
        .points(interlace::Points::Calls)
        .replay(&interlace::schedule!["main/1": start])
        .assert_ok();
}
"#;

/// The markers that a report says are to be written, as line and comment, and the test to paste.
fn told(printed: &str, test: &str) -> (Vec<(usize, String)>, String) {
    let begin = printed
        .find(&format!("---- tests::{test} stdout ----"))
        .unwrap();
    let report = &printed[begin..];
    let begin = report.find("paste").unwrap();
    let end = begin + report[begin..].find("\n}\n").unwrap() + "\n}\n".len();
    let markers = report[..end].lines().filter_map(|line| {
        let rest = line.strip_prefix("  src/lib.rs:")?;
        let (number, rest) = rest.split_once(": ")?;
        let (_, name) = rest.rsplit_once("  // interlace: ")?;
        Some((number.parse().unwrap(), format!(" // interlace: {name}")))
    });
    let markers = markers.collect();
    let pasted = report[begin..end].split_once("\n\n").unwrap().1;
    (markers, pasted.to_owned())
}

/// The library with these markers, the items around them traced, and these tests pasted.
fn marked(markers: &[(usize, String)], pasted: &[String]) -> String {
    let library = include_str!("program/kept/lib.rs");
    let mut lines: Vec<String> = library.lines().map(str::to_owned).collect();
    for (number, comment) in markers {
        let line = &mut lines[number - 1];
        if !line.contains("// interlace") {
            line.push_str(comment);
        }
    }
    let traced = "#[cfg_attr(test, interlace::trace)]\n";
    let library = lines.join("\n");
    let library = library.replace("impl Counter {", &format!("{traced}impl Counter {{"));
    let library = library.replace("pub fn take(", &format!("{traced}pub fn take("));
    let (library, _) = library.trim_end().rsplit_once('}').unwrap();
    format!("{library}\n{}}}\n", pasted.join("\n"))
}

/// Each mistake is found with nothing marked. With the markers that the report says, and its test, it is found by
/// plain `cargo test`; and then mended.
#[test]
fn what_an_instrumented_search_finds_is_kept_by_markers() {
    let scratch = Scratch::new("kept", &FILES);
    let quiet = [
        ("RUST_BACKTRACE", "0".as_ref()),
        ("INTERLACE_SAVED", "0".as_ref()),
    ];
    let (succeeds, text) = scratch.cargo_interlace(&["test", "--lib"], &quiet);
    assert!(
        !succeeds && text.contains("test result: FAILED. 0 passed; 5 failed"),
        "{text}"
    );
    assert!(text.contains(COUNTER), "{text}");
    // Where a thread is stopped within a line, no marker can be written. The test is one for such builds only.
    let within = "\nmarkers cannot keep this as a test of a plain `cargo test`:\n`main` is stopped in the middle of \
                  src/lib.rs:33, at both.load2 (src/lib.rs:33).\nA marker stops a thread before a line\n\n\
                  regression test, to paste beside the test that found this:\n\n\
                  #[cfg(interlace)] // under `cargo interlace`\n#[test]\nfn within_a_line_regression() {\n";
    assert!(text.contains(within), "{text}");

    let tests = ["counter", "log", "queue", "in_the_test", "within_a_line"];
    let (markers, pasted): (Vec<_>, Vec<_>) = tests.map(|it| told(&text, it)).into_iter().unzip();
    let markers = markers.concat();
    let lines: Vec<usize> = markers.iter().map(|it| it.0).collect();
    // One for each mistake that is not in a test: before what is done with what was read.
    assert_eq!(lines, [18, 24, 42]);
    let library = marked(&markers, &pasted);
    fs::write(scratch.path("src/lib.rs"), &library).unwrap();
    let failing = "test result: FAILED. 0 passed; 4 failed";
    let regression = ["test", "--lib", "regression"];
    let (succeeds, text) = scratch.cargo(&regression, &quiet);
    assert!(!succeeds && text.contains(failing), "{text}");
    assert!(
        !text.contains("warning") && !text.contains("does not fit"),
        "{text}"
    );
    for (test, panic) in [
        ("counter", "  left: 1\n right: 2\n"),
        ("log", "  left: [0, 0]\n right: [0, 1]\n"),
        ("queue", "called `Option::unwrap()` on a `None` value"),
        ("in_the_test", "  left: 1\n right: 2\n"),
    ] {
        let begin = text
            .find(&format!("---- tests::{test}_regression stdout"))
            .unwrap();
        assert!(text[begin..].contains(panic), "{text}");
    }
    // In an instrumented build too, and there the one that names accesses.
    let (succeeds, text) = scratch.cargo_interlace(&regression, &quiet);
    assert!(
        !succeeds && text.contains("test result: FAILED. 0 passed; 5 failed"),
        "{text}"
    );

    let mended = library
        .replace(
            "self.value.store(value + 1, SeqCst);",
            "let _ = (value, self.value.fetch_add(1, SeqCst));",
        )
        .replace(
            "self.log.lock().unwrap().push(next);",
            "{ let mut log = self.log.lock().unwrap(); let next = next.max(log.len()); log.push(next); }",
        )
        .replace("queue.pop().unwrap() //", "queue.pop().unwrap_or(0) //")
        .replace(
            "value.store(before + 1, SeqCst);",
            "let _ = (before, value.fetch_add(1, SeqCst));",
        );
    fs::write(scratch.path("src/lib.rs"), mended).unwrap();
    let (succeeds, text) = scratch.cargo(&regression, &quiet);
    assert!(
        succeeds && text.contains("test result: ok. 4 passed"),
        "{text}"
    );
}
