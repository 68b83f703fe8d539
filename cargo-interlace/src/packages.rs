//! Which packages are not to be instrumented: Interlace, and what only it depends on.

use std::collections::BTreeSet;
use std::path::Path;

use crate::arguments::Arguments;
use crate::toolchain::{cargo, text};
use crate::wrapper::wrap;

/// The package that defines what instrumented code calls.
const INTERLACE: &str = "interlace-explorer";

/// What Interlace depends on and the program under test does not, by name and version, each followed by a
/// comma. What both use is instrumented: it belongs to the program.
///
/// # Errors
///
/// If the program does not depend on Interlace, or cargo cannot tell.
pub(crate) fn only_of_interlace(arguments: &Arguments<'_>, target: &str) -> Result<String, String> {
    let all = tree(arguments, target, &["--workspace", "--edges", "normal,dev"])?;
    let is_interlace = |it: &String| it.starts_with(&format!("{INTERLACE} "));
    if !all.iter().any(is_interlace) {
        return Err(format!(
            "this workspace does not depend on Interlace, so nothing would explore it: `cargo add --dev \
             {INTERLACE}`"
        ));
    }
    let program = ["--workspace", "--edges", "normal,dev", "--prune", INTERLACE];
    let program = tree(arguments, target, &program)?;
    let only = all.difference(&program);
    Ok(only.flat_map(|it| [it, ","]).collect())
}

/// The packages that cargo shows for `what`, by name and version.
fn tree(
    arguments: &Arguments<'_>,
    target: &str,
    what: &[&str],
) -> Result<BTreeSet<String>, String> {
    let mut cargo = cargo();
    cargo.args([
        "tree",
        "--all-features",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    cargo.args(["--target", target]).args(what);
    cargo.args(arguments.flags(&["--offline", "--locked", "--frozen"]));
    if let Some(manifest) = arguments.value("--manifest-path") {
        cargo.arg("--manifest-path").arg(manifest);
    }
    // What Interlace depends on in an instrumented build only is known to a compiler that says it is one. Cargo
    // is not to remember what that says for other builds.
    wrap(&mut cargo, "", Path::new(""))?;
    cargo.env("CARGO_CACHE_RUSTC_INFO", "0");
    let text = text(&mut cargo)?;
    Ok(text.lines().filter_map(package).collect())
}

/// Of `name v1.2.3 (/path)`, name and version.
fn package(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?;
    Some(format!("{name} {version}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_listed_by_name_and_version() {
        let lines = ["libc v0.2.3", "", "own v1.0.0 (/a b) (*)"];
        let list: String = lines
            .into_iter()
            .filter_map(package)
            .flat_map(|it| [it, ",".to_owned()])
            .collect();
        assert_eq!(list, "libc 0.2.3,own 1.0.0,");
    }
}
