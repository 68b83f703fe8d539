//! Which code of a package is that of its tests: what is compiled for tests only, and what lies in the folders of
//! integration tests, benchmarks and examples. What macros make of their arguments is not looked at.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use tokens::{Token, tokens};

/// The folders of a package that have no code but that of tests.
const FOLDERS: [&str; 3] = ["benches", "examples", "tests"];

/// The code of tests in the packages.
pub(super) struct TestCode {
    /// Of each file, the lines.
    lines: BTreeMap<PathBuf, Vec<RangeInclusive<u32>>>,
    /// What is nothing but tests, with what lies in it.
    paths: BTreeSet<PathBuf>,
}

impl TestCode {
    /// That of the packages in these folders, whose integration tests and the like begin in these files.
    pub(super) fn find(folders: &[PathBuf], roots: &BTreeSet<PathBuf>) -> Self {
        let mut code = TestCode {
            lines: BTreeMap::new(),
            paths: roots.clone(),
        };
        for folder in folders {
            code.paths.extend(FOLDERS.map(|it| folder.join(it)));
            code.look_into(&folder.join("src"));
        }
        code
    }

    /// Whether this line of a file is code of a test.
    pub(super) fn contains(&self, file: &Path, line: u32) -> bool {
        let is_in = |lines: &Vec<RangeInclusive<u32>>| lines.iter().any(|it| it.contains(&line));
        self.paths.iter().any(|it| file.starts_with(it)) || self.lines.get(file).is_some_and(is_in)
    }

    /// What cannot be read has no tests.
    fn look_into(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                self.look_into(&path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let source = fs::read_to_string(&path).unwrap_or_default();
                self.add(path, &source);
            }
        }
    }

    fn add(&mut self, file: PathBuf, source: &str) {
        let InFile { lines, modules } = in_file(source);
        for module in modules {
            let folder = modules_of(&file);
            self.paths.insert(folder.join(module));
            self.paths.insert(folder.join(format!("{module}.rs")));
        }
        if !lines.is_empty() {
            self.lines.insert(file, lines);
        }
    }
}

/// The folder with the modules that a file declares.
fn modules_of(file: &Path) -> PathBuf {
    let is_root = ["lib.rs", "main.rs", "mod.rs"]
        .iter()
        .any(|it| file.ends_with(it));
    if is_root {
        file.with_file_name("")
    } else {
        file.with_extension("")
    }
}

/// What is compiled for tests only.
struct InFile<'a> {
    lines: Vec<RangeInclusive<u32>>,
    /// Modules that have files of their own.
    modules: Vec<&'a str>,
}

fn in_file(source: &str) -> InFile<'_> {
    let tokens = tokens(source);
    let (mut lines, mut modules) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some((attribute, is_inner, after)) = attribute(&tokens, at) {
        if is_for_tests(attribute) {
            let begin = attribute.first().map_or(1, |it| it.line);
            if is_inner {
                lines.push(begin..=u32::MAX);
                break;
            }
            let end = end_of_item(&tokens, after);
            let item = &tokens[after..end];
            if let Some(module) = module(item) {
                modules.push(module);
            }
            lines.push(begin..=item.last().map_or(begin, |it| it.line));
            at = end;
        } else {
            at = after;
        }
    }
    InFile { lines, modules }
}

/// The first attribute from there on: what is in its brackets, whether it is for what it stands in, and where
/// it ends.
fn attribute<'t, 'a>(
    tokens: &'t [Token<'a>],
    from: usize,
) -> Option<(&'t [Token<'a>], bool, usize)> {
    let text = |at: usize| tokens.get(at).map(|it| it.text);
    let mut at = from;
    loop {
        text(at)?;
        let is_inner = text(at) == Some("#") && text(at + 1) == Some("!");
        let bracket = at + 1 + usize::from(is_inner);
        if text(at) == Some("#") && text(bracket) == Some("[") {
            let end = closed(tokens, bracket);
            return Some((
                &tokens[bracket + 1..end.max(bracket + 2) - 1],
                is_inner,
                end,
            ));
        }
        at += 1;
    }
}

/// Behind the bracket that closes the one there.
fn closed(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// Behind the item that begins there, which may have more attributes.
fn end_of_item(tokens: &[Token<'_>], from: usize) -> usize {
    let mut at = from;
    while let Some(token) = tokens.get(at) {
        match token.text {
            ";" => return at + 1,
            "{" => return closed(tokens, at),
            "(" | "[" => at = closed(tokens, at),
            _ => at += 1,
        }
    }
    tokens.len()
}

/// Whether an attribute has something compiled for tests only: `test`, `tokio::test`, `cfg(test)`,
/// `cfg(all(test, …))`.
fn is_for_tests(attribute: &[Token<'_>]) -> bool {
    let texts: Vec<_> = attribute.iter().map(|it| it.text).collect();
    if texts.first() != Some(&"cfg") {
        let path = texts.iter().take_while(|it| **it != "(");
        return path.last() == Some(&"test");
    }
    // `not` and `any` do not demand what is in them.
    let mut at = 1;
    while let Some(text) = texts.get(at) {
        match *text {
            "not" | "any" => at = closed(attribute, at + 1),
            "test" => return true,
            _ => at += 1,
        }
    }
    false
}

/// The name of a module in another file.
fn module<'a>(item: &[Token<'a>]) -> Option<&'a str> {
    match item {
        [.., before, name, end] if before.text == "mod" && end.text == ";" => Some(name.text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "#![warn(missing_docs)]
#[cfg(test)] mod cases;
#[derive(Debug)]
struct A;
#[cfg(not(test))]
fn real() {}
#[cfg(any(test, feature = \"test\"))]
fn shared() {}
#[cfg(all(test, not(loom)))]
fn only_here() -> [u8; 3] {
    [1, 2, 3]
}
#[tokio::test(flavor = \"multi_thread\")]
#[ignore]
async fn it_waits() {
}
fn code() { '{'; }
#[cfg(test)]
mod tests {
    #[test]
    fn brackets() { \"}\"; }
}
fn more() {}
";

    #[test]
    fn lines_of_tests_are_told_from_others() {
        let InFile { lines, modules } = in_file(SOURCE);
        assert_eq!(lines, [2..=2, 9..=12, 13..=16, 18..=22]);
        assert_eq!(modules, ["cases"]);
        assert_eq!(
            in_file("//\n#![cfg(test)]\nfn f() {}").lines,
            [2..=u32::MAX]
        );
        assert!(in_file("#[").lines.is_empty() && in_file("#[cfg(test").modules.is_empty());
    }

    #[test]
    fn files_of_modules_for_tests_are_theirs() {
        let mut code = TestCode::find(&[], &["/own/push.rs".into()].into());
        code.add("/own/src/lib.rs".into(), "#[cfg(test)] mod tests;");
        code.add(
            "/own/src/queue.rs".into(),
            "fn f() {}\n#[cfg(test)] mod tests;",
        );
        for (file, line, is_of_test) in [
            ("/own/push.rs", 1, true),
            ("/own/src/tests.rs", 7, true),
            ("/own/src/queue/tests/deep.rs", 7, true),
            ("/own/src/queue.rs", 1, false),
            ("/own/src/queue.rs", 2, true),
        ] {
            assert_eq!(code.contains(Path::new(file), line), is_of_test, "{file}");
        }
    }
}
