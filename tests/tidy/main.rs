//! Rules of the house that a compiler does not check.

#[path = "../../src/report/source/blank.rs"]
mod blank;
mod circles;
mod links;
mod sizes;

use std::fs;
use std::path::{Path, PathBuf};

/// The modules of the library, lowest first. A file imports only from its own module and from
/// those before it.
const LAYERS: [&str; 42] = [
    "append_list",
    "text_width",
    "look",
    "broken_rules",
    "getters",
    "must_use",
    "named",
    "error",
    "site",
    "schedule",
    "saved",
    "permutations",
    "operation",
    "search",
    "races",
    "failure",
    "oracle",
    "own_stack",
    "memory",
    "engine",
    "locks",
    "system",
    "instrument",
    "linear",
    "strategy",
    "environment",
    "acquire",
    "marker",
    "program",
    "terminal",
    "timeline",
    "execution",
    "follow",
    "verdict",
    "shrink",
    "progress",
    "strategies",
    "workers",
    "report",
    "explorer",
    "model",
    "executor",
];

/// Modules that know no threads, clock, environment or printing, so that toy models can test them.
const PURE: [&str; 10] = [
    "src/linear/minimal",
    "src/linear/program_order",
    "src/linear/real_time",
    "src/races",
    "src/search",
    "src/shrink",
    "src/engine/core",
    "src/permutations",
    "src/oracle",
    "src/strategies/plan",
];

fn root() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_path_buf()
}

/// The Rust files below `folder`, with their paths from the root.
fn files(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path
                    .strip_prefix(root())
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    found
}

/// The layer of a file, or nothing for the front page.
fn layer(name: &str) -> Option<usize> {
    let module = Path::new(name)
        .iter()
        .nth(1)?
        .to_str()?
        .trim_end_matches(".rs")
        .to_owned();
    if module == "lib" {
        return None;
    }
    Some(
        LAYERS
            .iter()
            .position(|layer| *layer == module)
            .expect(name),
    )
}

/// The modules of the crate that a file names.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let named = code.flat_map(|line| line.split("crate::").skip(1));
    named.map(|rest| {
        rest.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
            .unwrap()
    })
}

#[test]
fn every_import_points_down() {
    for (name, text) in files("src") {
        let Some(own) = layer(&name) else { continue };
        assert!(
            !text.contains("use crate::{"),
            "{name}: one `use` for each module"
        );
        for import in imports(&text) {
            let Some(other) = LAYERS.iter().position(|layer| *layer == import) else {
                // Macros name what stands at the root of the crate.
                let is_root = ["Schedule", "Step", "__private"].contains(&import);
                assert!(is_root, "{name} names crate::{import}");
                continue;
            };
            assert!(
                other <= own,
                "{name} imports crate::{import}, which lies above it"
            );
        }
    }
}

#[test]
fn every_file_begins_by_saying_what_it_holds() {
    for folder in ["src", "macros/src", "examples", "tests", "benches"] {
        for (name, text) in files(folder) {
            let is_case = name.starts_with("tests/ui/");
            let is_part = name.ends_with("/tests.rs");
            assert!(is_case || is_part || text.starts_with("//! "), "{name}");
        }
    }
}

#[test]
fn what_is_pure_knows_no_threads_clock_environment_or_printing() {
    for (name, text) in files("src") {
        if !PURE.iter().any(|pure| name.starts_with(pure)) {
            continue;
        }
        for word in [
            "std::thread",
            "std::time",
            "std::env",
            "std::fs",
            "println!",
            "parking_lot",
        ] {
            assert!(!text.contains(word), "{name} knows `{word}`");
        }
    }
}

#[test]
fn no_file_is_named_after_nothing() {
    for folder in ["src", "macros/src"] {
        for (name, _) in files(folder) {
            for word in ["util", "common", "helper", "misc"] {
                assert!(!name.contains(word), "{name}");
            }
        }
    }
}

/// Cargo does not look for the targets of these folders: one that no manifest names is never run.
#[test]
fn every_test_and_benchmark_is_in_a_manifest() {
    for folder in ["tests", "benches"] {
        let manifests = ["Cargo.toml", "ui/Cargo.toml"].map(|name| root().join(folder).join(name));
        let manifests = manifests.map(|path| fs::read_to_string(path).unwrap_or_default());
        for (name, _) in files(folder) {
            let path = name.split_once('/').unwrap().1;
            let is_crate = !path.contains('/') || path.ends_with("/main.rs");
            if !is_crate || path.contains("/src/") {
                continue;
            }
            let is_named = |within: &String| {
                let named = ["", "../"].map(|up| format!("path = \"{up}{path}\""));
                named.iter().any(|named| within.contains(named))
            };
            assert!(manifests.iter().any(is_named), "{name}");
        }
    }
}

/// Each row of the table ends with tests, as `file::name`.
#[test]
fn every_invariant_is_held_by_tests_that_there_are() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let (_, section) = text.split_once("\n## Invariants\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let is_row = |row: &&str| row.starts_with("| ") && row.contains(".rs::");
    let rows: Vec<&str> = section.lines().filter(is_row).collect();
    for (row, number) in rows.iter().zip(1..) {
        assert!(row.starts_with(&format!("| {number} |")), "{row}");
        let tests = row.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        for test in tests.split(", ") {
            let (file, name) = test.split_once("::").expect(test);
            let file = file.replacen(
                "core/",
                "src/engine/core/",
                usize::from(file.starts_with("core/")),
            );
            let code = fs::read_to_string(root().join(&file)).expect(test);
            assert!(code.contains(&format!("fn {name}(")), "there is no {test}");
        }
    }
    assert!(rows.len() > 30, "the table was read");
}

#[test]
fn the_readme_names_the_version_and_the_toolchain_of_the_manifest() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let value = |key: &str| {
        let line = manifest
            .lines()
            .find(|line| line.starts_with(&format!("{key} = ")))
            .unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    };
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let version = value("version");
    let (minor, _) = version.rsplit_once('.').unwrap();
    assert!(
        readme.contains(&format!("interlace-explorer = \"{minor}\"")),
        "the version"
    );
    assert!(
        readme.contains(&format!("Rust {} or later", value("rust-version"))),
        "the toolchain"
    );
    let changelog = fs::read_to_string(root().join("CHANGELOG.md")).unwrap();
    assert!(
        changelog.contains(&format!("## {version}")),
        "the changelog"
    );
}
