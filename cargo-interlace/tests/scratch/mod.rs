//! A workspace made for one test.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The root of this repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_path_buf()
}

/// A workspace in a folder of its own.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes the workspace `name` of these files. In them, `{interlace}` stands for what a manifest says of
    /// where that is.
    pub(crate) fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        // What an earlier run has left is not this one's.
        let _ = fs::remove_dir_all(&folder);
        let interlace = format!(
            "interlace-explorer = {{ path = \"{}\", default-features = false, features = [\"system\"] }}",
            root().display()
        );
        for (file, text) in files {
            let file = folder.join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, text.replace("{interlace}", &interlace)).unwrap();
        }
        // The same versions as here are on this machine already.
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Scratch(folder)
    }

    /// The path of something in its folder.
    #[allow(dead_code, reason = "not all tests do")]
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Runs cargo there, as [`cargo_interlace`](Self::cargo_interlace) runs that.
    #[allow(dead_code, reason = "not all tests do")]
    pub(crate) fn cargo(&self, arguments: &[&str], variables: &[(&str, &Path)]) -> (bool, String) {
        let mut cargo = Command::new(env!("CARGO"));
        let (code, printed, said) = self.run(&mut cargo, arguments, variables);
        (code == 0, printed + &said)
    }

    /// Runs `cargo interlace` there, which builds into a folder beside that of this workspace. Returns
    /// whether it succeeds, and all that it prints.
    pub(crate) fn cargo_interlace(
        &self,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> (bool, String) {
        let (code, printed, said) = self.output(arguments, variables);
        (code == 0, printed + &said)
    }

    /// As [`cargo_interlace`](Self::cargo_interlace). Returns with what it ends, and what it prints to each of its
    /// outputs.
    #[allow(dead_code, reason = "not all tests do")]
    pub(crate) fn output(
        &self,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> (i32, String, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_cargo-interlace"));
        self.run(program.arg("interlace"), arguments, variables)
    }

    fn run(
        &self,
        program: &mut Command,
        arguments: &[&str],
        variables: &[(&str, &Path)],
    ) -> (i32, String, String) {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
        let Output {
            status,
            stdout,
            stderr,
        } = program
            .args(arguments)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .envs(variables.iter().copied())
            .current_dir(&self.0)
            .output()
            .unwrap();
        let [stdout, stderr] = [stdout, stderr].map(|it| String::from_utf8(it).unwrap());
        (status.code().unwrap(), stdout, stderr)
    }
}
