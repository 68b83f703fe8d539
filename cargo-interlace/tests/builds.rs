//! What is built how, in a workspace in which nothing is marked.

mod scratch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use scratch::Scratch;

/// The manifest of the workspaces.
const WORKSPACE: (&str, &str) = (
    "Cargo.toml",
    r#"[workspace]
members = ["program", "shared"]
resolver = "3"
"#,
);

/// A library, half of it in C, with a test in its documentation. A program with a build script that shares the
/// library with it, a binary, an example, a test that does not name Interlace, and those that do.
const FILES: [(&str, &str); 32] = [
    WORKSPACE,
    (
        "program/Cargo.toml",
        r#"[package]
name = "program"
version = "0.1.0"
edition = "2024"

[dependencies]
shared = { path = "../shared" }

[build-dependencies]
shared = { path = "../shared" }

[dev-dependencies]
{interlace}
arc-swap = "1"
concurrent-queue = "2"
crossbeam-channel = "0.5"
crossbeam-deque = "0.8"
crossbeam-epoch = "0.9"
crossbeam-queue = "0.3"
crossbeam-utils = "0.8"
dashmap = "6"
flume = "0.12"
once_cell = "1"
parking_lot = "0.12"
rayon = "1"
tokio = { version = "1", default-features = false, features = ["rt-multi-thread", "sync", "time"] }
"#,
    ),
    (
        "shared/Cargo.toml",
        r#"[package]
name = "shared"
version = "0.1.0"
edition = "2024"

[build-dependencies]
cc = "1.0"
"#,
    ),
    (
        "shared/build.rs",
        "fn main() {
    cc::Build::new().file(\"src/add.c\").compile(\"add\");
    println!(\"cargo::rerun-if-changed=src/add.c\");
}
",
    ),
    (
        "shared/src/lib.rs",
        "use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// ```
/// let value = std::sync::atomic::AtomicUsize::new(3);
/// assert_eq!(shared::add(&value), 3);
/// assert!(cfg!(interlace));
/// ```
pub fn add(value: &AtomicUsize) -> usize {
    let before = value.load(SeqCst);
    value.store(before + 1, SeqCst);
    before
}

pub fn add_in_c(value: &AtomicUsize) -> usize {
    unsafe extern \"C\" {
        safe fn add(value: &AtomicUsize) -> usize;
    }
    add(value)
}
",
    ),
    (
        "shared/src/add.c",
        "#include <stdatomic.h>
#include <stddef.h>

size_t add(_Atomic size_t *value) {
    size_t before = atomic_load(value);
    if (!atomic_compare_exchange_strong(value, &before, before + 1)) {
        atomic_store(value, before);
    }
    return before;
}
",
    ),
    (
        "program/examples/example.rs",
        "fn main() {
    println!(\"{}\", shared::add_in_c(&std::sync::atomic::AtomicUsize::new(5)));
}
",
    ),
    (
        "program/tests/plain.rs",
        "#[test]
fn it_does_not_name_interlace() {
    assert_eq!(shared::add(&std::sync::atomic::AtomicUsize::new(6)), 6);
}
",
    ),
    (
        "program/build.rs",
        "fn main() {
    let value = std::sync::atomic::AtomicUsize::new(3);
    println!(\"cargo::rustc-env=BUILT={}\", shared::add_in_c(&value));
}
",
    ),
    (
        "program/src/main.rs",
        "fn main() {
    let value = std::sync::atomic::AtomicUsize::new(4);
    let words = [1_u128; 9].to_vec();
    println!(\"{} {} {}\", env!(\"BUILT\"), shared::add(&value), words.len());
}
",
    ),
    (
        "program/tests/ecosystem/main.rs",
        include_str!("program/ecosystem/main.rs"),
    ),
    (
        "program/tests/ecosystem/cells.rs",
        include_str!("program/ecosystem/cells.rs"),
    ),
    (
        "program/tests/ecosystem/channels.rs",
        include_str!("program/ecosystem/channels.rs"),
    ),
    (
        "program/tests/ecosystem/epoch.rs",
        include_str!("program/ecosystem/epoch.rs"),
    ),
    (
        "program/tests/ecosystem/linear.rs",
        include_str!("program/ecosystem/linear.rs"),
    ),
    (
        "program/tests/ecosystem/locks.rs",
        include_str!("program/ecosystem/locks.rs"),
    ),
    (
        "program/tests/ecosystem/queues.rs",
        include_str!("program/ecosystem/queues.rs"),
    ),
    (
        "program/tests/ecosystem/runtimes.rs",
        include_str!("program/ecosystem/runtimes.rs"),
    ),
    (
        "program/tests/ecosystem/tokio_sync.rs",
        include_str!("program/ecosystem/tokio_sync.rs"),
    ),
    (
        "program/tests/identity.rs",
        include_str!("program/identity.rs"),
    ),
    ("program/tests/counts.rs", include_str!("program/counts.rs")),
    ("program/tests/locks.rs", include_str!("program/locks.rs")),
    ("program/tests/names.rs", include_str!("program/names.rs")),
    ("program/tests/races.rs", include_str!("program/races.rs")),
    ("program/tests/random.rs", include_str!("program/random.rs")),
    (
        "program/tests/random/code.rs",
        include_str!("program/random/code.rs"),
    ),
    (
        "program/tests/random/generate.rs",
        include_str!("program/random/generate.rs"),
    ),
    (
        "program/tests/random/real.rs",
        include_str!("program/random/real.rs"),
    ),
    (
        "program/tests/random/reference.rs",
        include_str!("program/random/reference.rs"),
    ),
    ("program/tests/scopes.rs", include_str!("program/scopes.rs")),
    (
        "program/tests/std_outcomes.rs",
        include_str!("program/std_outcomes.rs"),
    ),
    (
        "program/tests/waiting.rs",
        include_str!("program/waiting.rs"),
    ),
];

/// A test of a library that is not instrumented.
const SKIPPED: [(&str, &str); 5] = [
    WORKSPACE,
    (
        "program/Cargo.toml",
        r#"[package]
name = "program"
version = "0.1.0"
edition = "2024"

[dependencies]
shared = { path = "../shared" }

[dev-dependencies]
{interlace}
"#,
    ),
    (
        "program/src/lib.rs",
        r#"#[test]
fn accesses_of_what_is_skipped_are_no_points() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::{sync::Arc, thread};

    let explore = |add: fn(&AtomicUsize)| {
        let report = interlace::Explorer::model(move || {
            let value = Arc::new(AtomicUsize::new(0));
            let own = Arc::clone(&value);
            let other = thread::spawn(move || add(&own));
            add(&value);
            other.join().unwrap();
        })
        .explore();
        let text = report.to_string();
        assert!(text.contains("\nnot instrumented: the crate shared (--skip)"), "{text}");
        report.schedules()
    };
    assert_eq!(explore(shared::add), 1);
    let here = |value: &AtomicUsize| {
        let before = value.load(SeqCst);
        value.store(before + 1, SeqCst);
    };
    assert_eq!(explore(here), 4);
}
"#,
    ),
    (
        "shared/Cargo.toml",
        "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    (
        "shared/src/lib.rs",
        "use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

pub fn add(value: &AtomicUsize) {
    let before = value.load(SeqCst);
    value.store(before + 1, SeqCst);
}
",
    ),
];

#[test]
fn tests_run_with_every_access_as_a_point() {
    let scratch = Scratch::new("tests", &FILES);
    let (succeeds, text) = scratch.cargo_interlace(&["test"], &[]);
    assert!(succeeds, "{text}");
    // Of std_outcomes.rs, counts.rs, ecosystem, identity.rs, locks.rs, waiting.rs, random.rs, races.rs, names.rs, scopes.rs
    // and plain.rs, and the one in the documentation.
    for (passed, ignored, files) in [
        (23, 2, 1),
        (8, 0, 1),
        (104, 0, 1),
        (15, 0, 1),
        (10, 0, 1),
        (13, 0, 2),
        (4, 0, 2),
        (7, 0, 1),
        (1, 0, 2),
    ] {
        let result = format!("test result: ok. {passed} passed; 0 failed; {ignored} ignored");
        assert_eq!(text.matches(&result).count(), files, "{text}");
    }
    assert!(!text.contains("warning"), "{text}");
    // Schedules that failed are saved where no other build looks for them.
    let saved = fs::read_dir(scratch.path("program/interlace-regressions")).unwrap();
    let saved: Vec<_> = saved.map(|it| it.unwrap().file_name()).collect();
    assert_eq!(saved, ["instrumented"]);
}

#[test]
fn what_does_not_name_interlace_runs() {
    let scratch = Scratch::new("binary", &FILES);
    for (arguments, printed) in [
        (&["run", "--quiet"][..], "3 4 9\n"),
        (&["run", "--quiet", "--example", "example"], "5\n"),
    ] {
        let (succeeds, text) = scratch.cargo_interlace(arguments, &[]);
        assert!(succeeds, "{text}");
        assert_eq!(text, printed);
    }
}

/// Points are where the packages have them that are instrumented.
#[test]
fn packages_can_be_skipped() {
    let scratch = Scratch::new("skipped", &SKIPPED);
    let (succeeds, text) = scratch.cargo_interlace(&["test", "--skip", "shared"], &[]);
    assert!(succeeds && text.contains("1 passed"), "{text}");
    let (succeeds, text) = scratch.cargo_interlace(&["test", "--skip", "shard"], &[]);
    let error = "error: no package of the program is called `shard`: `cargo tree` lists those that there are\n";
    assert!(!succeeds);
    assert_eq!(text, error);
}

#[test]
fn a_workspace_without_interlace_is_refused() {
    let manifest =
        "[package]\nname = \"alone\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    let scratch = Scratch::new("alone", &[("Cargo.toml", manifest), ("src/lib.rs", "")]);
    let (succeeds, text) = scratch.cargo_interlace(&["test"], &[]);
    assert!(!succeeds);
    assert_eq!(
        text,
        "error: this workspace does not depend on Interlace, so nothing would explore it: `cargo add \
         --dev interlace-explorer`\n"
    );
}

/// There can be one only, and in an instrumented build that is Interlace's.
#[test]
fn an_allocator_of_the_program_is_explained() {
    let manifest = r#"[package]
name = "allocating"
version = "0.1.0"
edition = "2024"

[workspace]

[dev-dependencies]
{interlace}
"#;
    let run = |name: &str, attribute: &str| {
        let library = format!(
            "{attribute}
#[global_allocator]
static ALLOCATOR: std::alloc::System = std::alloc::System;

pub fn zero() -> Box<u8> {{
    Box::default()
}}
"
        );
        let test = "#[test]
fn it_allocates() {
    interlace::model(|| {
        let others = [1, 2].map(|_| std::thread::spawn(allocating::zero));
        others.into_iter().for_each(|other| assert_eq!(*other.join().unwrap(), 0));
    });
}
";
        let files = [
            ("Cargo.toml", manifest),
            ("src/lib.rs", &*library),
            ("tests/allocates.rs", test),
        ];
        let scratch = Scratch::new(name, &files);
        scratch.cargo_interlace(&["test", "--test", "allocates"], &[])
    };
    let (succeeds, text) = run("allocator", "");
    assert!(
        !succeeds && text.contains("conflicts with global allocator in"),
        "{text}"
    );
    assert!(
        text.contains("Leave out your own there:\n\n          #[cfg(not(interlace))]"),
        "{text}"
    );
    let (succeeds, text) = run("allocator_left_out", "#[cfg(not(interlace))]");
    assert!(succeeds, "{text}");
}

/// A compiler that does not do what the flags ask for.
#[test]
fn a_compiler_that_does_not_instrument_is_refused() {
    let compiler = "#!/bin/sh
for word; do
    shift
    case $word in passes=*) word=panic=unwind ;; esac
    set -- \"$@\" \"$word\"
done
exec rustc \"$@\"
";
    let scratch = Scratch::new("compiler", &FILES);
    let path = scratch.path("compiler");
    fs::write(&path, compiler).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    let target = scratch.path("target");
    let variables = [("RUSTC", &*path), ("CARGO_TARGET_DIR", &*target)];
    let (succeeds, text) = scratch.cargo_interlace(&["test"], &variables);
    assert!(!succeeds);
    assert!(
        text.starts_with("error: this compiler is not one that `cargo interlace` knows"),
        "{text}"
    );
    assert!(
        text.contains("does not call `__tsan_atomic64_fetch_add`"),
        "{text}"
    );
}
