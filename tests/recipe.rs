//! The recipe of docs/ci.md for code that integration tests and other crates explore, followed word by word.

mod scratch;

use std::fs;
use std::path::Path;

use scratch::Scratch;

const LIB: &str = r"
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

#[derive(Default)]
pub struct Counter {
    pub value: AtomicU32,
}

ATTRIBUTE
impl Counter {
    pub fn increment(&self) {
        let temp = self.value.load(SeqCst); // interlace: read_value
        self.value.store(temp + 1, SeqCst); // interlace: write_value
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn unit() {
        explore!(super::Counter);
    }
}
";

/// Two threads of two markers each have 4! / (2! 2!) schedules.
const EXPLORE: &str = r#"
#[allow(unused_macros)]
macro_rules! explore {
    ($counter:path) => {
        let report = interlace::Explorer::new(<$counter>::default)
            .thread("a", <$counter>::increment)
            .thread("b", <$counter>::increment)
            .explore();
        assert_eq!(report.schedules(), 6);
    };
}
"#;

const INTEGRATION: &str = r"
#[test]
fn integration() {
    explore!(counter::Counter);
}
";

/// The first text of it between `start` and `end`, with both.
fn of_recipe(start: &str, end: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let recipe = fs::read_to_string(root.join("docs/ci.md")).unwrap();
    let (_, rest) = recipe.split_once(start).expect(start);
    let (text, _) = rest.split_once(end).expect(end);
    format!("{start}{text}{end}")
}

/// Its manifest, with the interlace of this folder.
fn manifest() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let path = format!("path = \"{}\", default-features = false", root.display());
    let recipe = of_recipe(
        "interlace-explorer = { version = \"0.1\", optional",
        "explorer\"]\n",
    );
    let recipe = recipe.replace("version = \"0.1\"", &path);
    let required = of_recipe("required-features", "]");
    format!(
        r#"
[package]
name = "counter"
version = "0.0.0"
edition = "2024"

[dependencies]
{recipe}
[dev-dependencies]
interlace-explorer = {{ {path} }}

[[test]]
name = "integration"
{required}

[workspace]
members = ["checker"]

[profile.dev]
debug = "line-tables-only"

[profile.dev.package."*"]
debug = false
"#
    )
}

fn checker() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let root = root.display();
    let counter = of_recipe("counter = { …", "}").replace('…', "path = \"..\"");
    format!(
        r#"
[package]
name = "checker"
version = "0.0.0"
edition = "2024"

[dev-dependencies]
{counter}
interlace-explorer = {{ path = "{root}", default-features = false }}
"#
    )
}

/// The tests that ran and passed.
fn passed(scratch: &Scratch, arguments: &[&str]) -> Vec<String> {
    let output = scratch.cargo(arguments);
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}{errors}");
    let lines = text.lines().filter_map(|line| line.strip_suffix(" ... ok"));
    lines
        .map(|line| line.trim_start_matches("test ").to_owned())
        .collect()
}

#[test]
fn integration_tests_and_other_crates_explore_what_a_feature_marks() {
    let attribute = of_recipe("#[cfg_attr(any(test", ")]");
    let lib = EXPLORE.to_owned() + &LIB.replace("ATTRIBUTE", &attribute);
    let scratch = Scratch::new("recipe", &lib);
    let write = |path: &str, text: &str| {
        let path = scratch.folder().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let integration = EXPLORE.to_owned() + INTEGRATION;
    write("Cargo.toml", &manifest());
    write("tests/integration.rs", &integration);
    write("checker/Cargo.toml", &checker());
    write("checker/src/lib.rs", "");
    write("checker/tests/beside.rs", &integration);

    let counter = ["test", "--package", "counter"];
    let checker = ["test", "--package", "checker"];
    assert_eq!(passed(&scratch, &counter), ["tests::unit"]);
    let with_feature = [&counter[..], &["--features", "interlace"]].concat();
    assert_eq!(
        passed(&scratch, &with_feature),
        ["tests::unit", "integration"]
    );
    assert_eq!(passed(&scratch, &checker), ["integration"]);

    // Where only unit tests are marked, the other crate has no markers, and its test fails.
    let only_test = attribute.replace("any(test, feature = \"interlace\")", "test");
    scratch.write(&lib.replace(&attribute, &only_test));
    assert!(!scratch.cargo(&checker).status.success());
}
