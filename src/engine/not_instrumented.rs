//! What a program has in it that an instrumented search does not see.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs};

/// The variable in which `cargo interlace` says which packages it was told to leave out.
const SKIPPED: &str = "CARGO_INTERLACE_SKIPPED";

/// The variable in which it names a folder with a file for each package that has linked an archive without calls
/// to us: what the package is called, and in the file the names of the libraries.
const C_LIBRARIES: &str = "CARGO_INTERLACE_C_LIBRARIES";

/// Libraries that belong to every program. What matters of libc is seen otherwise: its calls are points.
const OF_THE_SYSTEM: [&str; 9] = [
    "c", "m", "gcc_s", "pthread", "dl", "rt", "util", "resolv", "anl",
];

/// More are counted, so that this stays a line.
const MAX_NAMES: usize = 6;

/// In words; empty if there is nothing.
pub(super) fn list() -> String {
    let skipped = env::var(SKIPPED).unwrap_or_default();
    let folder = env::var_os(C_LIBRARIES);
    let linked = folder.map_or_else(Vec::new, |it| linked(Path::new(&it)));
    let maps = fs::read_to_string("/proc/self/maps").unwrap_or_default();
    let libraries: Vec<String> = linked.into_iter().chain(loaded(&maps)).collect();
    let libraries = match libraries.len() {
        0 => String::new(),
        1 => format!("the C library {}", libraries[0]),
        _ => format!("the C libraries {}", shortened(&libraries)),
    };
    let parts = [skipped, libraries];
    let parts = parts.into_iter().filter(|it| !it.is_empty());
    parts.collect::<Vec<_>>().join("; ")
}

fn shortened(names: &[String]) -> String {
    match names.len().saturating_sub(MAX_NAMES) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..MAX_NAMES].join(", ")),
    }
}

/// The archives that were linked: each library with the package that did.
fn linked(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut libraries: Vec<String> = files
        .filter_map(|file| {
            let package = file.file_name().into_string().ok()?;
            let (package, _) = package.split_once(' ')?;
            let names = fs::read_to_string(file.path()).ok()?;
            let names: Vec<&str> = names.lines().collect();
            Some(format!("{} ({package})", names.join(", ")))
        })
        .collect();
    libraries.sort();
    libraries
}

/// The libraries that are loaded, without what belongs to every program.
fn loaded(maps: &str) -> Vec<String> {
    let name = |line: &str| {
        let (_, file) = line.rsplit_once('/')?;
        let (name, _) = file.strip_prefix("lib")?.split_once(".so")?;
        (!OF_THE_SYSTEM.contains(&name)).then(|| name.to_owned())
    };
    let names: BTreeSet<String> = maps.lines().filter_map(name).collect();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libraries_are_called_as_people_call_them() {
        let maps = "\
7f00-7f01 r-xp 00000000 08:01 1  /usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6
7f01-7f02 r--p 00000000 08:01 1  /usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6
7f02-7f03 r-xp 00000000 08:01 2  /usr/lib/x86_64-linux-gnu/libc.so.6
7f03-7f04 r-xp 00000000 08:01 3  /usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
7f04-7f05 r-xp 00000000 08:01 4  /home/a/library/target/debug/deps/program-0123
7f05-7f06 rw-p 00000000 00:00 0  [stack]
";
        assert_eq!(loaded(maps), ["sqlite3"]);
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"].map(str::to_owned);
        assert_eq!(shortened(&names), "a, b, c, d, e, f and 2 more");
        assert_eq!(shortened(&names[..6]), "a, b, c, d, e, f");
    }
}
