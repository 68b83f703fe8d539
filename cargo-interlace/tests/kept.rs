//! How a failure of an instrumented search reads, and how it is kept: by markers, and a test to paste. The mistakes are
//! of this program, of users of published crates, and of one of these crates.

mod scratch;

use std::path::Path;
use std::process::Command;
use std::{fs, iter};

use scratch::Scratch;

const FILES: [(&str, &str); 3] = [
    (
        "Cargo.toml",
        r#"[package]
name = "kept"
version = "0.1.0"
edition = "2024"

[workspace]

[dependencies]
arc-swap = "=1.9.5"
async-channel = "=1.7.1"
crossbeam-queue = "0.3"
crossbeam_queue_0_2 = { package = "crossbeam-queue", version = "=0.2.1" }
dashmap = "=6.2.1"

[dev-dependencies]
{interlace}

[lints.rust]
unexpected_cfgs = { level = "warn", check-cfg = ["cfg(interlace)"] }
"#,
    ),
    ("src/lib.rs", include_str!("program/kept/lib.rs")),
    ("src/real.rs", include_str!("program/kept/real.rs")),
];

/// The whole report of the first test, from how it fails.
const COUNTER: &str = r#"thread `main` panicked: assertion `left == right` failed
  left: 1
 right: 2
at src/lib.rs:61:13

found in one of the classes; shrunk to 6 forced steps and 1 preemption; proved minimal in 8 executions

  step     main             main/1
    1-4 *  (4 steps that touch nothing shared)
      5 *  increment.load                    src/lib.rs:19  let value = self.value.load(SeqCst);
           main stops here: it has read `self.value` in step 5; main/1 writes it in step 8, before main writes it in
           step 11
      6 *                   start
      7                     increment.load   src/lib.rs:19  let value = self.value.load(SeqCst);
      8                     increment.store  src/lib.rs:20  self.value.store(value + 1, SeqCst);
   9-10                     (2 steps that touch nothing shared)
     11    increment.store                   src/lib.rs:20  self.value.store(value + 1, SeqCst);
     12    join                              src/lib.rs:60  other.join().unwrap();
  13-17    (5 steps that touch nothing shared)
     18    counter.load                      src/lib.rs:61  assert_eq!(counter.value.load(SeqCst), 2);
  (* forced by the schedule; from there, whoever ran last goes on until it ends or waits,
  then the others do in the order in which they were added)

schedule: main:counter.fetch_add main:spawn_unchecked.load main:spawn_unchecked.fetch_add main:spawn_unchecked.fetch_add2 main:increment.load main/1:start

why: it holds if these conflicting steps come the other way round
  main:increment.load (src/lib.rs:19) reads `self.value` before main/1:increment.store (src/lib.rs:20) writes it

To keep this as a test of a plain `cargo test`, write this marker, in a function under
`#[cfg_attr(test, interlace::trace)]`:

  src/lib.rs:20: self.value.store(value + 1, SeqCst);  // interlace: store

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

/// How the failure of the crate is kept: in a copy of that.
const COPY: &str = r#"
To keep this as a test of a plain `cargo test`, write this marker, in a function under
`#[interlace::trace]` of a copy of crossbeam-queue-0.2.1:

  crossbeam-queue-0.2.1/src/seg_queue.rs:240: self.tail.block.store(next_block, Ordering::Release);  // interlace: store

(the copy is beside your Cargo.toml, and depends on interlace-explorer; your Cargo.toml says
`[patch.crates-io]` and `crossbeam-queue = { path = "crossbeam-queue-0.2.1" }`: docs/instrumented.md has the commands)

and paste this test beside the one that found this.
It stops threads a little later than above, where a line begins, and was seen to fail alike:

#[test]
#[interlace::trace]
fn one_at_most_waits_regression() {
"#;

/// Where each failure is, and how it reads in a plain build.
const TESTS: [(&str, &str); 9] = [
    ("tests::counter", "  left: 1\n right: 2\n"),
    ("tests::log", "  left: [0, 0]\n right: [0, 1]\n"),
    (
        "tests::queue",
        "called `Option::unwrap()` on a `None` value",
    ),
    ("tests::in_the_test", "  left: 1\n right: 2\n"),
    (
        "real::tests::no_change_is_lost",
        "  left: Settings { color: 0, size: 2 }\n right: Settings { color: 1, size: 2 }\n",
    ),
    (
        "real::tests::a_name_has_one_owner",
        "  left: [true, true]\n right: [true, true]\n",
    ),
    (
        "real::tests::whoever_sends_is_woken",
        "deadlock: no thread can go on",
    ),
    (
        "real::tests::one_at_most_waits",
        "attempt to subtract with overflow",
    ),
    // Only in an instrumented build.
    ("tests::within_a_line", ""),
];

/// What a user writes who mends all that, with the markers left where they are.
const MENDED: [(&str, &str, &str); 10] = [
    (
        "Cargo.toml",
        "async-channel = \"=1.7.1\"",
        "async-channel = \"=2.5.0\"",
    ),
    (
        "src/lib.rs",
        "self.value.store(value + 1, SeqCst);",
        "let _ = (value, self.value.fetch_add(1, SeqCst));",
    ),
    (
        "src/lib.rs",
        "self.log.lock().unwrap().push(next);",
        "{ let mut log = self.log.lock().unwrap(); let next = next.max(log.len()); log.push(next); }",
    ),
    (
        "src/lib.rs",
        "queue.pop().unwrap() //",
        "queue.pop().unwrap_or(0) //",
    ),
    (
        "src/lib.rs",
        "value.store(before + 1, SeqCst);",
        "let _ = (before, value.fetch_add(1, SeqCst));",
    ),
    (
        "src/real.rs",
        "let mut settings = Settings::clone(&self.settings.load());
        change(&mut settings);
        self.settings.store(Arc::new(settings)); // interlace: store",
        "self.settings.rcu(|before| {
            let mut settings = Settings::clone(before);
            change(&mut settings);
            settings // interlace: store
        });",
    ),
    (
        "src/real.rs",
        "if self.owners.contains_key(name) {
            return false;
        }
        self.owners.insert(name.to_owned(), owner); // interlace: insert
        true",
        "let dashmap::Entry::Vacant(free) = self.owners.entry(name.to_owned()) else {
            return false;
        };
        free.insert(owner); // interlace: insert
        true",
    ),
    // As crossbeam-queue has it since 0.3.
    (
        "crossbeam-queue-0.2.1/src/seg_queue.rs",
        "// Rotate indices so that head falls into the first block.",
        "if (tail >> SHIFT) & (LAP - 1) == LAP - 1 {
                    tail = tail.wrapping_add(1 << SHIFT);
                }
                if (head >> SHIFT) & (LAP - 1) == LAP - 1 {
                    head = head.wrapping_add(1 << SHIFT);
                }",
    ),
    (
        "crossbeam-queue-0.2.1/src/seg_queue.rs",
        "if head == BLOCK_CAP {
                    head = 0;
                    tail -= LAP;
                }",
        "",
    ),
    (
        "crossbeam-queue-0.2.1/src/seg_queue.rs",
        "if tail == BLOCK_CAP {
                    tail += 1;
                }",
        "",
    ),
];

/// A marker to write: the file, the line, the name.
type Marker = (String, usize, String);

/// The markers that a report says are to be written, and the test to paste.
fn told(printed: &str, test: &str) -> (Vec<Marker>, String) {
    let begin = printed.find(&format!("---- {test} stdout ----")).unwrap();
    let report = &printed[begin..];
    let begin = report.find("paste").unwrap();
    let end = begin + report[begin..].find("\n}\n").unwrap() + "\n}\n".len();
    let markers = report[..end].lines().filter_map(|line| {
        let (place, name) = line.strip_prefix("  ")?.rsplit_once("  // interlace: ")?;
        let (file, number) = place.split_once(": ")?.0.rsplit_once(':')?;
        Some((file.to_owned(), number.parse().unwrap(), name.to_owned()))
    });
    let markers = markers.collect();
    let pasted = report[begin..end].split_once("\n\n").unwrap().1;
    (markers, pasted.to_owned())
}

/// Writes a marker, and the attribute before the function around it.
fn write_marker(scratch: &Scratch, (file, line, name): &Marker) {
    let path = scratch.path(file);
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let marker = format!(" // interlace: {name}");
    if lines[line - 1].ends_with(&marker) {
        return;
    }
    lines[line - 1].push_str(&marker);
    let is_function = |it: &String| {
        it.trim_start()
            .trim_start_matches("pub ")
            .starts_with("fn ")
    };
    let function = lines[..*line].iter().rposition(is_function).unwrap();
    let attribute = if file.starts_with("src/") {
        "#[cfg_attr(test, interlace::trace)]"
    } else {
        "#[interlace::trace]"
    };
    // On the line of the function, so that the lines after it keep their numbers.
    lines[function].insert_str(0, &format!("{attribute} "));
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// Pastes a test at the end of the file whose tests are in this module.
fn paste(scratch: &Scratch, module: &str, pasted: &str) {
    let file = if module == "tests" {
        "src/lib.rs"
    } else {
        "src/real.rs"
    };
    let path = scratch.path(file);
    let text = fs::read_to_string(&path).unwrap();
    let (before, _) = text.trim_end().rsplit_once('}').unwrap();
    fs::write(path, format!("{before}\n{pasted}}}\n")).unwrap();
}

/// Copies the source of a package of the registry into the workspace, as docs/instrumented.md says.
fn copy_package(scratch: &Scratch, name: &str, version: &str) {
    let (_, metadata) = scratch.cargo(&["metadata", "--format-version", "1"], &[]);
    let manifest = format!("/{name}-{version}/Cargo.toml\"");
    let end = metadata.find(&manifest).unwrap() + manifest.len() - "/Cargo.toml\"".len();
    let begin = metadata[..end].rfind('"').unwrap() + 1;
    let copied = Command::new("cp")
        .args(["-r", &metadata[begin..end], "."])
        .current_dir(scratch.path("."))
        .status();
    assert!(copied.unwrap().success());
    let add = |file: &str, text: &str| {
        let path = scratch.path(file);
        let before = fs::read_to_string(&path).unwrap();
        fs::write(path, before + text).unwrap();
    };
    let copy = format!("{name}-{version}");
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let dependency = format!(
        "\n[dependencies.interlace-explorer]\npath = \"{}\"\ndefault-features = false\nfeatures = [\"system\"]\n",
        repository.display()
    );
    add(&format!("{copy}/Cargo.toml"), &dependency);
    let patch = format!("\n[patch.crates-io]\n{name} = {{ path = \"{copy}\" }}\n");
    add("Cargo.toml", &patch);
}

const QUIET: [(&str, &str); 2] = [("RUST_BACKTRACE", "0"), ("INTERLACE_SAVED", "0")];

/// Finds what is wrong with nothing marked, and returns what is said of each.
fn found(scratch: &Scratch) -> Vec<(Vec<Marker>, String)> {
    let (succeeds, text) = scratch.cargo_interlace(&["test", "--lib"], &quiet());
    assert!(
        !succeeds && text.contains("test result: FAILED. 0 passed; 9 failed"),
        "{text}"
    );
    assert!(text.contains(COUNTER), "{text}");
    assert!(text.contains(COPY), "{text}");
    // Where a thread is stopped within a line, no marker can be written. The test is one for such builds only.
    let within = "\nmarkers cannot keep this as a test of a plain `cargo test`:\n`main` is stopped in the middle of \
                  src/lib.rs:35, at both.load2 (src/lib.rs:35).\nA marker stops a thread before a line\n\n\
                  regression test, to paste beside the test that found this:\n\n\
                  #[cfg(interlace)] // under `cargo interlace`\n#[test]\nfn within_a_line_regression() {\n";
    assert!(text.contains(within), "{text}");
    TESTS.iter().map(|(test, _)| told(&text, test)).collect()
}

fn quiet() -> [(&'static str, &'static Path); 2] {
    QUIET.map(|(name, value)| (name, Path::new(value)))
}

/// Each mistake is found with nothing marked. With the markers that the report says, and its test, it is found by
/// plain `cargo test`; and then mended.
#[test]
fn what_an_instrumented_search_finds_is_kept_by_markers() {
    let scratch = Scratch::new("kept", &FILES);
    let told = found(&scratch);
    let markers = told.iter().flat_map(|it| &it.0);
    let lines: Vec<(&str, usize)> = markers.clone().map(|it| (&*it.0, it.1)).collect();
    // One for each mistake that is not in a test: before what is done with what was read.
    let queue = ("crossbeam-queue-0.2.1/src/seg_queue.rs", 240);
    let [own, real] = ["src/lib.rs", "src/real.rs"];
    assert_eq!(
        lines,
        [
            (own, 20),
            (own, 26),
            (own, 44),
            (real, 29),
            (real, 45),
            queue
        ]
    );
    copy_package(&scratch, "crossbeam-queue", "0.2.1");
    markers.for_each(|it| write_marker(&scratch, it));
    for ((test, _), (_, pasted)) in iter::zip(TESTS, &told) {
        paste(&scratch, test.rsplit_once("::").unwrap().0, pasted);
    }
    let regression = ["test", "--lib", "regression"];
    let (succeeds, text) = scratch.cargo(&regression, &quiet());
    let failing = "test result: FAILED. 0 passed; 8 failed";
    assert!(!succeeds && text.contains(failing), "{text}");
    let misfits = ["warning: `kept`", "does not fit", "cannot be granted"];
    assert!(!misfits.iter().any(|it| text.contains(it)), "{text}");
    for (test, failure) in &TESTS[..8] {
        let begin = text.find(&format!("---- {test}_regression stdout"));
        assert!(text[begin.unwrap()..].contains(failure), "{text}");
    }
    // In an instrumented build too, and there the one that names accesses.
    let (succeeds, text) = scratch.cargo_interlace(&regression, &quiet());
    assert!(
        !succeeds && text.contains("test result: FAILED. 0 passed; 9 failed"),
        "{text}"
    );
    for (file, wrong, right) in MENDED {
        let path = scratch.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(wrong), "{file}: {wrong}");
        fs::write(path, text.replace(wrong, right)).unwrap();
    }
    let (succeeds, text) = scratch.cargo(&regression, &quiet());
    assert!(
        succeeds && text.contains("test result: ok. 8 passed"),
        "{text}"
    );
}
