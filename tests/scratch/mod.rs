//! A crate made for one test, built as a user would build theirs.

#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The manifest of a package with interlace at `root`. Its profile is that of this workspace, or
/// nothing that was built here would do.
fn manifest(name: &str, root: &Path) -> String {
    let root = root.display();
    format!(
        r#"
[package]
name = "{name}"
version = "0.0.0"
edition = "2024"

[dev-dependencies]
interlace-explorer = {{ path = "{root}", default-features = false, features = ["system"] }}

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false

[workspace]
"#
    )
}

/// A package in a folder of its own that has interlace as a dev-dependency.
pub(crate) struct Scratch {
    folder: PathBuf,
    target: PathBuf,
}

impl Scratch {
    /// Makes the package `name` with `lib` as its `src/lib.rs`.
    pub(crate) fn new(name: &str, lib: &str) -> Self {
        let temporary = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = temporary.join(name);
        // What interlace depends on is built there already.
        let target = temporary.parent().unwrap().to_path_buf();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        // What an earlier run has left is not this one's.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("src")).unwrap();
        fs::write(folder.join("Cargo.toml"), manifest(name, root)).unwrap();
        // The same versions as here are on this machine already.
        let _ = fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"));
        let scratch = Scratch { folder, target };
        scratch.write(lib);
        scratch
    }

    /// Makes the package with a target folder of its own, and nothing built in it.
    pub(crate) fn with_nothing_built(name: &str, lib: &str) -> Self {
        let made = Scratch::new(name, lib);
        let target = made.folder.join("target");
        let _ = fs::remove_dir_all(&target);
        Scratch { target, ..made }
    }

    /// Has interlace built without the one feature that it is built with.
    pub(crate) fn without_features(&self) {
        let manifest = self.folder.join("Cargo.toml");
        let text = fs::read_to_string(&manifest).unwrap();
        let bare = text.replace(r#", features = ["system"]"#, "");
        assert_ne!(bare, text);
        fs::write(manifest, bare).unwrap();
    }

    /// The folder that cargo builds into.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The folder of the package.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Replaces `src/lib.rs`.
    pub(crate) fn write(&self, lib: &str) {
        fs::write(self.folder.join("src/lib.rs"), lib).unwrap();
    }

    /// Writes an example.
    pub(crate) fn write_example(&self, name: &str, text: &str) {
        let folder = self.folder.join("examples");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name).with_extension("rs"), text).unwrap();
    }

    /// Runs cargo in the package. The scratch packages of one test binary share what is built.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Output {
        self.cargo_with(&[], arguments)
    }

    /// The same, with these variables in the environment.
    pub(crate) fn cargo_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
        let (command, rest) = arguments.split_first().unwrap();
        Command::new(env!("CARGO"))
            .args([*command, "--offline", "--target-dir"])
            .arg(&self.target)
            .args(rest)
            .env("RUST_BACKTRACE", "0")
            .envs(variables.iter().copied())
            .current_dir(&self.folder)
            .output()
            .unwrap()
    }
}
