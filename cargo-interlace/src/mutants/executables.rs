//! The programs with tests that cargo builds, and where the packages are whose operations are changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// A program with tests.
pub(super) struct Executable {
    pub(super) path: PathBuf,
    /// The package, and for an integration test its own name: `queue`, `queue/tests/push`.
    pub(super) name: String,
    /// The name and the version of its package.
    pub(super) package: (String, String),
    /// The folder of its package.
    pub(super) folder: PathBuf,
}

/// All of one build.
pub(super) struct Executables {
    pub(super) all: Vec<Executable>,
    /// The packages whose operations are changed.
    pub(super) crates: Vec<String>,
    /// Their folders.
    pub(super) folders: Vec<PathBuf>,
    /// The folders of all packages: one may be in another.
    pub(super) all_folders: BTreeSet<PathBuf>,
    /// The first files of integration tests, benchmarks and examples.
    pub(super) roots_of_tests: BTreeSet<PathBuf>,
}

impl Executables {
    /// Has cargo build them. The operations of these `crates` are changed; if there are none, of the packages
    /// whose tests these are.
    ///
    /// # Errors
    ///
    /// If it cannot, or there are none, or no package has such a name.
    pub(super) fn build(cargo: &mut Command, crates: &[String]) -> Result<Self, String> {
        let output = cargo.stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("cargo cannot be run: {error}"))?;
        if !output.status.success() {
            return Err("the tests cannot be built".to_owned());
        }
        Self::of_messages(&String::from_utf8_lossy(&output.stdout), crates)
    }

    fn of_messages(messages: &str, crates: &[String]) -> Result<Self, String> {
        let (mut all, mut roots_of_tests) = (Vec::new(), BTreeSet::new());
        let mut folders = BTreeMap::<String, BTreeSet<PathBuf>>::new();
        for message in messages.lines() {
            let Some(artifact) = Artifact::of(message) else {
                continue;
            };
            let of_name = folders.entry(artifact.package.0.clone()).or_default();
            of_name.insert(artifact.folder.clone());
            if artifact.is_of_tests {
                roots_of_tests.insert(artifact.source.clone());
            }
            all.extend(artifact.into_executable());
        }
        if all.is_empty() {
            return Err("cargo builds no program with tests here".to_owned());
        }
        let mut crates = crates.to_vec();
        if crates.is_empty() {
            let tested: BTreeSet<_> = all.iter().map(|it| it.package.0.clone()).collect();
            crates.extend(tested);
        }
        let mut chosen = Vec::new();
        for name in &crates {
            let of_name = folders.get(name).ok_or_else(|| {
                format!(
                    "the tests are built without a package that is called `{name}`: `cargo tree` lists those \
                     that there are"
                )
            })?;
            chosen.extend(of_name.iter().cloned());
        }
        Ok(Executables {
            all,
            crates,
            folders: chosen,
            all_folders: folders.into_values().flatten().collect(),
            roots_of_tests,
        })
    }
}

/// Something that cargo has built.
struct Artifact {
    package: (String, String),
    folder: PathBuf,
    source: PathBuf,
    /// Whether it is an integration test, a benchmark or an example.
    is_of_tests: bool,
    /// If it is a program with tests: where, and what it tests.
    executable: Option<(PathBuf, String)>,
}

impl Artifact {
    /// That of a line of JSON, if it tells of one.
    fn of(message: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(message).ok()?;
        if message["reason"] != "compiler-artifact" {
            return None;
        }
        let package = name_and_version(message["package_id"].as_str()?)?;
        // As the debug information has it: without links.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        let folder = real(Path::new(message["manifest_path"].as_str()?).parent()?);
        let target = &message["target"];
        let kind = target["kind"][0].as_str()?;
        let is_of_tests = ["test", "bench", "example"].contains(&kind);
        let executable = message["executable"].as_str();
        let executable = executable.filter(|_| message["profile"]["test"] == true);
        let executable = executable.map(|path| {
            let name = target["name"].as_str().unwrap_or_default();
            let tested = match kind {
                "test" | "bench" | "example" | "bin" => format!("{}/{kind}s/{name}", package.0),
                _ => package.0.clone(),
            };
            (path.into(), tested)
        });
        Some(Artifact {
            package,
            folder,
            source: real(Path::new(target["src_path"].as_str()?)),
            is_of_tests,
            executable,
        })
    }

    fn into_executable(self) -> Option<Executable> {
        let (path, name) = self.executable?;
        Some(Executable {
            path,
            name,
            package: self.package,
            folder: self.folder,
        })
    }
}

/// Of `registry+https://…#name@1.2.3`, or of `path+file:///…/name#1.2.3`.
fn name_and_version(package: &str) -> Option<(String, String)> {
    let (url, rest) = package.split_once('#')?;
    let (name, version) = match rest.split_once('@') {
        Some(both) => both,
        None => (url.rsplit('/').next()?, rest),
    };
    Some((name.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_by_what_cargo_calls_them() {
        for id in [
            "registry+https://github.com/rust-lang/crates.io-index#spin@0.9.9",
            "path+file:///work/other#spin@0.9.9",
            "path+file:///work/spin#0.9.9",
        ] {
            let expected = ("spin".to_owned(), "0.9.9".to_owned());
            assert_eq!(name_and_version(id), Some(expected), "{id}");
        }
    }

    const MESSAGES: &str = r#"
{"reason":"compiler-artifact","package_id":"registry+x#spin@0.9.9","manifest_path":"/r/spin-0.9.9/Cargo.toml","target":{"kind":["lib"],"name":"spin","src_path":"/r/spin-0.9.9/src/lib.rs"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","package_id":"path+file:///w/own#0.1.0","manifest_path":"/w/own/Cargo.toml","target":{"kind":["test"],"name":"push","src_path":"/w/own/tests/push.rs"},"profile":{"test":true},"executable":"/w/target/deps/push-01"}
{"reason":"build-finished","success":true}"#;

    #[test]
    fn the_packages_whose_tests_are_built_are_changed_unless_others_are_named() {
        let built = Executables::of_messages(MESSAGES, &[]).unwrap();
        assert_eq!(built.all[0].name, "own/tests/push");
        assert_eq!(built.folders, [Path::new("/w/own")]);
        assert!(
            built
                .roots_of_tests
                .contains(Path::new("/w/own/tests/push.rs"))
        );
        let built = Executables::of_messages(MESSAGES, &["spin".to_owned()]).unwrap();
        assert_eq!(built.folders, [Path::new("/r/spin-0.9.9")]);
        let unknown = Executables::of_messages(MESSAGES, &["spun".to_owned()]);
        assert!(unknown.err().unwrap().contains("called `spun`"));
        assert!(Executables::of_messages("", &[]).is_err());
    }
}
