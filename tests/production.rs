//! `#[cfg_attr(test, interlace::trace)]` leaves a production build as if nothing were there.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TRACED: &str = r"
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

pub struct Counter {
    pub value: AtomicU32,
    pub log: Vec<u32>,
}

#[cfg_attr(test, interlace::trace)]
impl Counter {
    #[inline(never)]
    pub fn increment(&self, at: usize) -> u32 {
        let temp = self.value.load(SeqCst); // interlace: read_value reads(self.value)
        // interlace: write_value
        self.value.store(temp + 1, SeqCst);
        while self.value.load(SeqCst) > 9 { // interlace: wait
            std::hint::spin_loop();
        }
        self.log[at] // interlace: may_panic
    }
}
";

/// The source without the attribute and the comments, every line where it was.
fn without_markers() -> String {
    let plain = |line: &str| {
        let code = line.split("// interlace:").next().unwrap_or_default();
        code.replace("#[cfg_attr(test, interlace::trace)]", "")
    };
    TRACED.lines().map(|line| plain(line) + "\n").collect()
}

/// Makes a crate that has `interlace` as a dev-dependency, and nothing built yet.
fn scratch() -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("production");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir_all(root.join("src")).unwrap();
    let here = env!("CARGO_MANIFEST_DIR");
    let manifest = format!(
        "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dev-dependencies]\n\
         interlace = {{ package = \"interlace-explorer\", path = {here:?} }}\n\n[workspace]\n"
    );
    fs::write(root.join("Cargo.toml"), manifest).unwrap();
    // The same versions as here, all of which are at hand.
    let lock = Path::new(here).join("Cargo.lock");
    if lock.exists() {
        fs::copy(lock, root.join("Cargo.lock")).unwrap();
    }
    root
}

fn build(root: &Path, source: &str) -> Output {
    fs::write(root.join("src/lib.rs"), source).unwrap();
    Command::new(env!("CARGO"))
        .args(["rustc", "--release", "--lib", "--offline", "--quiet"])
        .arg("--target-dir")
        .arg(root.join("target"))
        .args(["--", "--emit=asm", "-Ccodegen-units=1"])
        .current_dir(root)
        .output()
        .unwrap()
}

fn files(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join("target/release/deps")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn assembly(root: &Path, source: &str) -> String {
    let output = build(root, source);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let is_assembly = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "s");
    let path = files(root).into_iter().find(is_assembly).unwrap();
    let assembly = fs::read_to_string(&path).unwrap();
    fs::remove_file(path).unwrap();
    assembly
}

#[test]
fn a_production_build_is_the_same_with_and_without_markers() {
    let root = scratch();
    let with = assembly(&root, TRACED);
    assert!(with.contains("increment"), "the function was compiled");
    assert_eq!(with, assembly(&root, &without_markers()));

    let is_ours = |path: &PathBuf| path.to_string_lossy().contains("interlace");
    let in_target = |path: &PathBuf| is_ours(&path.file_name().unwrap().into());
    let built: Vec<_> = files(&root).into_iter().filter(in_target).collect();
    assert!(built.is_empty(), "interlace was not built: {built:?}");

    // The test can fail: without `cfg_attr` the build would need `interlace`.
    let always = TRACED.replace("cfg_attr(test, interlace::trace)", "interlace::trace");
    assert!(!build(&root, &always).status.success());
    // And the comparison sees what a marker would add.
    let added = TRACED.replace("let temp", "std::hint::black_box(1); let temp");
    assert_ne!(with, assembly(&root, &added));
}
