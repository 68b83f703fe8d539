//! Files of saved schedules whose tests are gone: nobody would ever try them again.

use std::fs;
use std::path::{Path, PathBuf};

use itertools::Itertools as _;

use crate::saved::{File, Store};

/// The files below `folder` of the package at `root` that belong to no test, as the sources show: in
/// `folder/tests/a/b.txt` are the schedules of the test `b` in `tests/a.rs`. Paths are relative to `root`.
pub(super) fn orphans(root: &Path, folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(root, &root.join(folder), Path::new(""), &mut found);
    let within = |path: PathBuf| {
        path.strip_prefix(root)
            .map_or(path.clone(), Path::to_path_buf)
    };
    let paths = found.into_iter().map(within).sorted();
    paths.map(|path| path.display().to_string()).collect()
}

/// Adds the orphans in `folder`, which holds the schedules of the tests in `source`, and of sources below.
fn collect(root: &Path, folder: &Path, source: &Path, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else {
            continue;
        };
        if path.is_dir() {
            // Sources of other packages, and the schedules of instrumented builds, have no such folder here.
            if source.components().next().is_some() || root.join(name).is_dir() {
                collect(root, &path, &source.join(name), found);
            }
        } else if is_gone(root, source, name)
            && File::new(&path).load().is_ok_and(|saved| !saved.is_empty())
        {
            found.push(path);
        }
    }
}

/// Whether the source is gone, or does not contain the name of the test. Names that a macro may have made
/// are not expected there.
fn is_gone(root: &Path, source: &Path, test: &str) -> bool {
    if test.starts_with("line") || test.starts_with("case_") {
        return false;
    }
    let mut file = root.join(source).into_os_string();
    file.push(".rs");
    match fs::read_to_string(&file) {
        Ok(code) => {
            let is_within = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
            !code.split(|c| !is_within(c)).any(|word| word == test)
        }
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_an_orphan_if_its_source_or_its_test_is_gone() {
        let root = std::env::temp_dir().join(format!("interlace-orphans-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        let saved = "# interlace: saved schedules, version 1\nv1 a:x\n";
        write("src/deep/a.rs", "#[test]\nfn is_atomic() {}\n");
        for path in [
            "src/deep/a/is_atomic.txt",
            "src/deep/a/was_atomic.txt",
            "src/deep/a/case_1.txt", // as rstest names a case of some test
            "src/deep/a/line12.txt",
            "src/gone/is_atomic.txt",
            "elsewhere/a/is_atomic.txt",
        ] {
            write(&format!("saved/{path}"), saved);
        }
        write("saved/src/deep/a/empty.txt", saved.lines().next().unwrap());
        let orphaned = orphans(&root, "saved");
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            orphaned,
            [
                "saved/src/deep/a/was_atomic.txt",
                "saved/src/gone/is_atomic.txt"
            ]
        );
    }
}
