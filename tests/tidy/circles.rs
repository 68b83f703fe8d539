//! No files that need each other: whatever a file imports is followed, through everything that only
//! passes it on, to the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use crate::blank::{blank, is_word};
use crate::files;

/// A path from the root of the crate. That of a module stands for its file.
type Path = Vec<String>;

/// What a file says of itself.
#[derive(Debug, Default)]
struct Module {
    children: BTreeSet<String>,
    items: BTreeSet<String>,
    uses: Vec<Use>,
    /// Its code without `use` statements.
    code: String,
}

/// One name that is imported; `*` for all, `_` for a trait that needs none.
#[derive(Debug)]
struct Use {
    name: String,
    path: Path,
}

/// The modules of a crate, without those for tests.
type Crate = BTreeMap<Path, Module>;

/// Reads the crate of these files, whose names start at its source folder.
fn read(files: &[(String, String)]) -> Crate {
    let mut modules = Crate::new();
    let mut for_tests = Vec::new();
    for (name, text) in files {
        let path = module_path(name);
        let mut code = blank(text);
        let mut module = Module::default();
        while let Some(start) = find_test_module(&code) {
            let end = start + item_length(&code[start..]);
            let child = words_after(&code[start..end], "mod").next();
            for_tests.push([&path[..], &[child.unwrap_or_default()]].concat());
            code.replace_range(start..end, "");
        }
        for kind in [
            "struct",
            "enum",
            "trait",
            "fn",
            "type",
            "const",
            "static",
            "macro_rules!",
        ] {
            module.items.extend(words_after(&code, kind));
        }
        // The name of a module that a macro defines may be an argument of it.
        let children = words_after(&code, "mod").filter(|name| !name.is_empty());
        module.children.extend(children);
        // What a type captures is written `use<…>`.
        let mut code = code.replace("use<", "<");
        while let Some(start) = find_word(&code, "use") {
            let end = start + code[start..].find(';').expect("the end of a `use`");
            let tree = code[start + 3..end].to_owned();
            leaves(&tree, &[], &mut |leaf| module.add_use(leaf, &path));
            code.replace_range(start..=end, "");
        }
        module.code = code;
        modules.insert(path, module);
    }
    modules.retain(|path, _| !for_tests.iter().any(|test| path.starts_with(test)));
    modules
}

/// The path of the module in the file of this name.
fn module_path(name: &str) -> Path {
    let path = name.trim_end_matches(".rs").split('/');
    path.filter(|&part| part != "lib")
        .map(str::to_owned)
        .collect()
}

/// Where a module begins that is for tests only.
fn find_test_module(code: &str) -> Option<usize> {
    let attributes = ["#[cfg(test)]", "#[cfg(all(test"];
    let found = attributes.iter().flat_map(|it| code.match_indices(it));
    let is_module = |&at: &usize| {
        let item = &code[at..at + item_length(&code[at..])];
        find_word(item, "mod").is_some_and(|at| !item[..at].contains('{'))
    };
    found.map(|(at, _)| at).find(is_module)
}

/// The length of the item at the start of `code`: to its `;` or the end of its braces.
fn item_length(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if depth == 0 && (c == '}' || c == ';') {
            return at + 1;
        }
    }
    code.len()
}

/// Where `word` stands, not as a part of another.
fn find_word(code: &str, word: &str) -> Option<usize> {
    let is_whole = |&(at, _): &(usize, &str)| {
        !code[..at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word)
    };
    code.match_indices(word).find(is_whole).map(|(at, _)| at)
}

/// The names that follow each `word`.
fn words_after(code: &str, word: &str) -> impl Iterator<Item = String> {
    let mut rest = code;
    std::iter::from_fn(move || {
        let at = find_word(rest, word)?;
        rest = &rest[at + word.len()..];
        let name = rest.trim_start().split(|c| !is_word(c)).next();
        Some(name.unwrap_or_default().to_owned())
    })
}

/// Calls `each` for every path in the tree of a `use`.
fn leaves(tree: &str, before: &[&str], each: &mut impl FnMut(&[&str])) {
    let Some((path, rest)) = tree.split_once('{') else {
        let path = tree
            .split("::")
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let leaf: Vec<&str> = before.iter().copied().chain(path).collect();
        return each(&leaf);
    };
    let path = path
        .split("::")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let before: Vec<&str> = before.iter().copied().chain(path).collect();
    let inside = rest.rsplit_once('}').expect("a brace that closes").0;
    let mut depth = 0;
    let parts = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    for part in parts.filter(|part| !part.trim().is_empty()) {
        leaves(part, &before, each);
    }
}

impl Module {
    fn add_use(&mut self, leaf: &[&str], own: &[String]) {
        let (last, before) = leaf.split_last().expect("a path");
        let (last, alias) = last.split_once(" as ").unwrap_or((last, last));
        let mut path: Vec<&str> = before.to_vec();
        if !["self", "*"].contains(&last) {
            path.push(last);
        }
        let name = if alias == "self" {
            path.last().unwrap_or(&alias)
        } else {
            alias
        };
        if let Some(path) = self.absolute(&path, own) {
            self.uses.push(Use {
                name: name.trim().to_owned(),
                path,
            });
        }
    }

    /// A path in this module as one from the root; nothing if it is of another crate.
    fn absolute(&self, path: &[&str], own: &[String]) -> Option<Path> {
        let first = path.first()?;
        let supers = path.iter().take_while(|&&part| part == "super").count();
        let (base, rest) = match *first {
            "crate" => (&own[..0], &path[1..]),
            "self" => (own, &path[1..]),
            "super" => (&own[..own.len().checked_sub(supers)?], &path[supers..]),
            child if self.children.contains(child) => (own, path),
            _ => return None,
        };
        let rest = rest.iter().map(|&part| part.to_owned());
        Some(base.iter().cloned().chain(rest).collect())
    }

    /// The paths from the root that this module names.
    fn named(&self, own: &[String], modules: &Crate) -> Vec<Path> {
        let mut named = Vec::new();
        for Use { name, path } in &self.uses {
            match name.as_str() {
                "_" => named.push(path.clone()),
                "*" => {
                    let words: BTreeSet<&str> = self.code.split(|c| !is_word(c)).collect();
                    let word = |word: &str| [&path[..], &[word.to_owned()]].concat();
                    named.extend(words.into_iter().map(word));
                }
                name => {
                    let paths = paths_from(&self.code, name);
                    named.extend(paths.map(|rest| [path, &rest[1..]].concat()));
                }
            }
        }
        let starts = ["crate", "self", "super"].into_iter();
        for start in starts.chain(self.children.iter().map(String::as_str)) {
            for path in paths_from(&self.code, start).filter(|path| path.len() > 1) {
                let path: Vec<&str> = path.iter().map(String::as_str).collect();
                named.extend(self.absolute(&path, own));
            }
        }
        // Of `Type::function` the type is what is looked for.
        named.retain(|path| define(path, modules, 0).is_some());
        named
    }
}

/// The paths in `code` that begin with the name `start`.
fn paths_from<'a>(code: &'a str, start: &'a str) -> impl Iterator<Item = Path> + 'a {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + find_word(&code[at..], start)?;
            at = found + start.len();
            let is_inside = code[..found].ends_with("::") || code[..found].ends_with('.');
            if is_inside {
                continue;
            }
            let rest = &code[found..];
            let end = rest.find(|c| !is_word(c) && c != ':').unwrap_or(rest.len());
            let path = rest[..end].split("::").filter(|part| !part.is_empty());
            return Some(
                path.map(|part| part.trim_end_matches(':').to_owned())
                    .collect(),
            );
        }
    })
}

/// The module that defines what `path` leads to. If one of its parts is an item, the rest is of
/// that item.
fn define(path: &[String], modules: &Crate, depth: usize) -> Option<Path> {
    // Two that pass on all of each other's would have no end.
    if depth > 20 {
        return None;
    }
    let inside = (0..=path.len())
        .rev()
        .find(|&length| modules.contains_key(&path[..length]))?;
    let (own, rest) = path.split_at(inside);
    let module = &modules[own];
    let Some((name, rest)) = rest.split_first() else {
        return Some(own.to_vec());
    };
    if module.items.contains(name) {
        return Some(own.to_vec());
    }
    let imported = module.uses.iter().filter(|it| it.name == *name);
    let by_name = imported.map(|it| [&it.path[..], rest].concat());
    let all = module.uses.iter().filter(|it| it.name == "*");
    let by_all = all.map(|it| [&it.path[..], std::slice::from_ref(name), rest].concat());
    by_name
        .chain(by_all)
        .find_map(|path| define(&path, modules, depth + 1))
}

/// Which files need which.
fn needs(modules: &Crate) -> BTreeMap<Path, BTreeSet<Path>> {
    let of = |(own, module): (&Path, &Module)| {
        let named = module.named(own, modules);
        let defined = named.iter().filter_map(|path| define(path, modules, 0));
        (own.clone(), defined.filter(|other| other != own).collect())
    };
    modules.iter().map(of).collect()
}

/// The circles among these files: groups in which each needs each other, perhaps through others.
fn circles(files: &[(String, String)]) -> Vec<String> {
    let needs = needs(&read(files));
    let reached_from = |start: &Path| {
        let mut reached = BTreeSet::new();
        let mut left = vec![start];
        while let Some(file) = left.pop() {
            left.extend(
                needs[file]
                    .iter()
                    .filter(|&next| reached.insert(next.clone())),
            );
        }
        reached
    };
    let reached: BTreeMap<&Path, BTreeSet<Path>> = needs
        .keys()
        .map(|file| (file, reached_from(file)))
        .collect();
    let mut circles = BTreeSet::new();
    for (file, beyond) in &reached {
        let circle: BTreeSet<&Path> = beyond
            .iter()
            .filter(|other| reached[other].contains(*file))
            .collect();
        if circle.len() > 1 {
            let edges = circle.iter().map(|&one| {
                let others = needs[one].iter().filter(|other| circle.contains(other));
                let others: Vec<String> = others.map(|other| other.join("::")).collect();
                format!("\n  {} -> {}", one.join("::"), others.join(", "))
            });
            circles.insert(edges.collect::<String>());
        }
    }
    circles.into_iter().collect()
}

#[test]
fn a_circle_is_seen_through_what_only_passes_on() {
    let crate_of = |files: &[(&str, &str)]| {
        let owned = |&(name, text): &(&str, &str)| (name.to_owned(), text.to_owned());
        files.iter().map(owned).collect::<Vec<_>>()
    };
    let root = (
        "lib.rs",
        "mod a;\nmod b;\npub use a::{A, c::{self, C as D}};\n",
    );
    // The parent of C passes it on, so the two files that hold something are a circle.
    let there = (
        "a.rs",
        "mod c;\nmod d;\npub(crate) use c::C;\npub(super) use d::A;\n",
    );
    let one = ("a/c.rs", "use crate::b::*;\npub struct C(A);\n");
    let other = ("a/d.rs", "use super::C;\npub struct A; fn f(_: C) {}\n");
    let between = ("b.rs", "pub use crate::A;\n");
    let found = circles(&crate_of(&[root, there, one, other, between]));
    assert_eq!(found, ["\n  a::c -> a::d\n  a::d -> a::c"]);

    // Without a use of what is imported, and in tests, there is none.
    let other = (
        "a/d.rs",
        "use super::C;\npub struct A; // C\n#[cfg(test)]\nmod tests { fn f(_: C) {} }\n",
    );
    assert_eq!(
        circles(&crate_of(&[root, there, one, other, between])),
        [""; 0]
    );
}

#[test]
fn no_files_need_each_other() {
    for folder in ["src", "macros/src"] {
        let prefix = format!("{folder}/");
        let within = |(name, text): (String, String)| (name.replacen(&prefix, "", 1), text);
        let files: Vec<_> = files(folder).into_iter().map(within).collect();
        let circles = circles(&files);
        assert!(circles.is_empty(), "in {folder}:{}", circles.join("\n"));
    }
}
