//! Libraries of C that crates link, and that do not call what instrumented code calls.
//!
//! Cargo does not compile a package again that has not changed. So what was found is kept in the target folder, in
//! a file for each package; the programs that are built there read it, to say so in their reports.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The variable with that folder. It is read in `src/engine/not_instrumented.rs` too.
pub(crate) const FOLDER: &str = "CARGO_INTERLACE_C_LIBRARIES";

/// The folder, in a target folder, without what was found of packages that are none of these any more.
pub(crate) fn folder(target: &Path, packages: &BTreeSet<String>) -> PathBuf {
    let folder = target.join("c_libraries");
    for file in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let is_known = file
            .file_name()
            .to_str()
            .is_some_and(|it| packages.contains(it));
        if !is_known {
            // At worst a report names one library too many.
            let _ = fs::remove_file(file.path());
        }
    }
    folder
}

/// Notes which archives of C the package links that cargo has compiled by these arguments, and that do not call us.
pub(crate) fn note(arguments: &[OsString]) {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let package = format!(
        "{} {}",
        variable("CARGO_PKG_NAME"),
        variable("CARGO_PKG_VERSION")
    );
    let Some(folder) = env::var_os(FOLDER).filter(|it| !it.is_empty()) else {
        return;
    };
    let names = without_calls(arguments);
    if !names.is_empty() {
        let file = Path::new(&folder).join(package);
        // At worst a report does not name them.
        let _ = fs::create_dir_all(&folder).and_then(|()| fs::write(file, names.join("\n")));
    }
}

/// The libraries among these arguments of the compiler that are archives without calls.
fn without_calls(arguments: &[OsString]) -> Vec<String> {
    let folders: Vec<PathBuf> = values(arguments, "-L")
        .map(|it| PathBuf::from(it.strip_prefix("native=").unwrap_or(it)))
        .collect();
    let is_plain = |name: &&str| {
        let mut archives = folders.iter().map(|it| it.join(format!("lib{name}.a")));
        let archive = archives.find_map(|it| fs::read(it).ok());
        archive.is_some_and(|it| !contains(&it, b"__tsan_"))
    };
    // As in `static:+whole-archive=name`.
    let names = values(arguments, "-l").map(|it| it.rsplit('=').next().unwrap_or(it));
    let mut names: Vec<String> = names.filter(is_plain).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The values of an option that is followed by them.
fn values<'a>(arguments: &'a [OsString], option: &'a str) -> impl Iterator<Item = &'a str> {
    let pairs = arguments.windows(2).filter(move |pair| pair[0] == option);
    pairs.filter_map(|pair| OsStr::to_str(&pair[1]))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|it| it == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_without_calls_is_found_by_its_name() {
        let folder = env::temp_dir().join(format!("interlace-archives-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("libplain.a"), b"\0pthread_mutex_lock\0").unwrap();
        fs::write(folder.join("libcalls.a"), b"\0__tsan_init\0").unwrap();
        let native = format!("native={}", folder.display());
        let words = [
            "--crate-name",
            "a",
            "-L",
            &*native,
            "-l",
            "static=plain",
            "-l",
            "static:+whole-archive=calls",
            "-l",
            "dylib=z",
        ];
        let arguments: Vec<OsString> = words.into_iter().map(OsString::from).collect();
        assert_eq!(without_calls(&arguments), ["plain"]);
        fs::remove_dir_all(folder).unwrap();
    }
}
