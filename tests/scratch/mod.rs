//! A crate made for one test, built as a user would build theirs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A package in a folder of its own that has interlace as a dev-dependency.
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes the package `name` with `lib` as its `src/lib.rs`.
    pub fn new(name: &str, lib: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::create_dir_all(folder.join("src")).unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dev-dependencies]\ninterlace-explorer = {{ path = {root:?} }}\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        // The same versions as here are on this machine already.
        let _ = fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"));
        let scratch = Scratch { folder };
        scratch.write(lib);
        scratch
    }

    /// Replaces `src/lib.rs`.
    pub fn write(&self, lib: &str) {
        fs::write(self.folder.join("src/lib.rs"), lib).unwrap();
    }

    /// Runs cargo in the package. All scratch packages share one target folder.
    pub fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .args([
                "--offline",
                "--target-dir",
                concat!(env!("CARGO_TARGET_TMPDIR"), "/target"),
            ])
            .env("RUST_BACKTRACE", "0")
            .current_dir(&self.folder)
            .output()
            .unwrap()
    }
}
