//! The code of the README and of the guides is built and run, and fails in the words that they show.

mod scratch;

use std::fs;
use std::path::Path;

use scratch::Scratch;

const MANIFEST: (&str, &str) = (
    "Cargo.toml",
    r#"[package]
name = "guides"
version = "0.1.0"
edition = "2024"

[workspace]

[dev-dependencies]
{interlace}
"#,
);

/// The packages of the recipe that do not explore, and how that reads.
const APP: [(&str, &str); 2] = [
    (
        "app/Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nslot = { path = \"../slot\" }\n",
    ),
    (
        "app/src/main.rs",
        "fn main() {\n    assert!(slot::Slot::default().put(1));\n}\n\n#[test]\nfn it_runs() {\n    main();\n}\n",
    ),
];

const NOT_NAMED: &str = "error: no package that is named depends on Interlace, so nothing would explore it: `cargo add \
                         --dev interlace-explorer` there, or name one whose tests use it\n";

const DOCUMENTS: [&str; 3] = ["README.md", "docs/from-loom.md", "docs/from-shuttle.md"];

/// What each test of the documents is to say.
const TESTS: [(&str, &str); 8] = [
    ("a_sample_finds_it_too", "ok"),
    ("at_once_they_do", "ok"),
    ("increments_add_up", "FAILED"),
    ("tests::increments_add_up", "FAILED"),
    ("with_notify_all", "ok"),
    ("with_notify_one", "FAILED"),
    ("with_relaxed", "FAILED"),
    ("with_release", "ok"),
];

/// The blocks of a document in one language, without what encloses them.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    let blocks = document.split(&fence).skip(1);
    blocks
        .map(|rest| rest.split_once("\n```").expect("the block ends").0)
        .collect()
}

/// The text of a document of this repository.
fn document(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(name)).expect(name)
}

/// The files of a document: blocks whose first line is a comment that names one.
fn files<'a>(document: &'a str, language: &str, comment: &str) -> Vec<(&'a str, &'a str)> {
    let named = |block: &'a str| {
        let name = block.lines().next()?.strip_prefix(comment)?;
        let is_file = [".rs", ".toml"].iter().any(|it| name.ends_with(it));
        is_file.then_some((name, block))
    };
    let blocks = blocks(document, language).into_iter();
    blocks.filter_map(named).collect()
}

#[test]
fn what_the_documents_show_is_what_happens() {
    let documents = DOCUMENTS.map(document);
    let code = documents
        .iter()
        .flat_map(|text| files(text, "rust,ignore", "// "));
    let files: Vec<_> = [MANIFEST].into_iter().chain(code).collect();
    let scratch = Scratch::new("guides", &files);
    let (succeeds, output) = scratch.cargo_interlace(&["test", "--no-fail-fast"], &[]);
    assert!(!succeeds, "{output}");

    let results = output.lines().filter_map(|line| line.strip_prefix("test "));
    let mut results: Vec<_> = results
        .filter_map(|line| line.split_once(" ... "))
        .collect();
    results.sort_unstable();
    assert_eq!(results, TESTS, "{output}");

    let mut shown = 0;
    for (name, document) in DOCUMENTS.iter().zip(&documents) {
        for block in blocks(document, "text") {
            shown += 1;
            assert!(
                output.contains(block),
                "{name} shows\n{block}\nof\n{output}"
            );
        }
    }
    assert_eq!(shown, 5);
}

#[test]
fn the_recipe_for_workspaces_works() {
    let recipe = document("docs/ci.md");
    let manifest = recipe.replace("interlace-explorer = \"0.1\"", "{interlace}");
    let code = files(&recipe, "rust,ignore", "// ");
    let manifests = files(&manifest, "toml", "# ");
    let files: Vec<_> = manifests.into_iter().chain(code).chain(APP).collect();
    let scratch = Scratch::new("workspace", &files);

    let (succeeds, text) = scratch.cargo_interlace(&["test"], &[]);
    assert!(succeeds, "{text}");
    assert!(text.contains("test it_runs ... ok"), "{text}");
    assert!(text.contains("test one_of_two_is_put ... ok"), "{text}");

    // Nothing that was built is built once more for one of the packages.
    let (succeeds, text) = scratch.cargo_interlace(&["test", "-p", "slot", "--", "one_of"], &[]);
    assert!(succeeds && text.contains("1 passed"), "{text}");
    assert!(!text.contains("Compiling"), "{text}");

    let (succeeds, text) = scratch.cargo_interlace(&["test", "-p", "app"], &[]);
    assert!(!succeeds);
    assert_eq!(text, NOT_NAMED);

    // Without points there is nothing to interleave, and plain `cargo test` says so.
    let (succeeds, text) = scratch.cargo(&["test", "-p", "slot"], &[]);
    assert!(!succeeds);
    assert!(text.contains("there was one schedule only"), "{text}");
}
