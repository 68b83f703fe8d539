//! `#[cfg_attr(test, interlace::trace)]` leaves a production build as if nothing were there.

mod scratch;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use scratch::Scratch;

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

fn build(scratch: &Scratch, source: &str) -> Output {
    scratch.write(source);
    let flags = ["--", "--emit=asm", "-Ccodegen-units=1"];
    scratch.cargo(&[&["rustc", "--release", "--lib", "--quiet"], &flags[..]].concat())
}

/// What the builds left.
fn files(scratch: &Scratch) -> Vec<PathBuf> {
    let entries = fs::read_dir(scratch.target().join("release/deps")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn assembly(scratch: &Scratch, source: &str) -> String {
    let output = build(scratch, source);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let is_assembly = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "s");
    let path = files(scratch).into_iter().find(is_assembly).unwrap();
    let assembly = fs::read_to_string(&path).unwrap();
    fs::remove_file(path).unwrap();
    assembly
}

#[test]
fn a_production_build_is_the_same_with_and_without_markers() {
    let scratch = Scratch::with_nothing_built("production", TRACED);
    let with = assembly(&scratch, TRACED);
    assert!(with.contains("increment"), "the function was compiled");
    assert_eq!(with, assembly(&scratch, &without_markers()));

    let is_ours = |path: &PathBuf| path.to_string_lossy().contains("interlace");
    let in_target = |path: &PathBuf| is_ours(&path.file_name().unwrap().into());
    let built: Vec<_> = files(&scratch).into_iter().filter(in_target).collect();
    assert!(built.is_empty(), "interlace was not built: {built:?}");

    // The test can fail: without `cfg_attr` the build would need `interlace`.
    let always = TRACED.replace("cfg_attr(test, interlace::trace)", "interlace::trace");
    assert!(!build(&scratch, &always).status.success());
    // And the comparison sees what a marker would add.
    let added = TRACED.replace("let temp", "std::hint::black_box(1); let temp");
    assert_ne!(with, assembly(&scratch, &added));
}
