//! What is built how, in a workspace in which nothing is marked.

mod scratch;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use scratch::Scratch;

/// A library with a build script that shares a dependency with it, a binary, and tests.
const FILES: [(&str, &str); 8] = [
    (
        "Cargo.toml",
        r#"[workspace]
members = ["program", "shared"]
resolver = "3"
"#,
    ),
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
"#,
    ),
    (
        "shared/Cargo.toml",
        "[package]\nname = \"shared\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    ),
    (
        "shared/src/lib.rs",
        "use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

pub fn add(value: &AtomicUsize) -> usize {
    let before = value.load(SeqCst);
    value.store(before + 1, SeqCst);
    before
}
",
    ),
    (
        "program/build.rs",
        "fn main() {
    let value = std::sync::atomic::AtomicUsize::new(3);
    println!(\"cargo::rustc-env=BUILT={}\", shared::add(&value));
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
    ("program/tests/counts.rs", include_str!("program/counts.rs")),
    (
        "program/tests/std_outcomes.rs",
        include_str!("program/std_outcomes.rs"),
    ),
];

#[test]
fn classes_of_unmarked_programs_are_as_many_as_counted_by_hand() {
    let scratch = Scratch::new("counts", &FILES);
    let (succeeds, text) = scratch.cargo_interlace(&["test"], &[]);
    assert!(succeeds && text.contains("9 passed"), "{text}");
    assert!(!text.contains("unexpected"), "{text}");
}

#[test]
fn a_binary_runs_without_interlace() {
    let scratch = Scratch::new("binary", &FILES);
    let (succeeds, text) = scratch.cargo_interlace(&["run", "--quiet"], &[]);
    assert!(succeeds, "{text}");
    assert_eq!(text, "3 4 9\n");
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
