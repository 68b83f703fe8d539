//! The packages of the program, and which are not to be instrumented: Interlace, and what only it depends on.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::Path;

use crate::arguments::Arguments;
use crate::toolchain::{cargo, text};
use crate::wrapper::wrap;

/// The package that defines what instrumented code calls.
const INTERLACE: &str = "interlace-explorer";

/// The options that say which packages are instrumented.
pub(crate) const ONLY: &str = "--only";
pub(crate) const SKIP: &str = "--skip";

/// Packages, by name and version.
pub(crate) struct Packages {
    pub(crate) all: BTreeSet<String>,
    /// Those that are not to be instrumented, each followed by a comma: those that only Interlace depends on, and
    /// those that are skipped. What Interlace and the program both use is instrumented: it belongs to the program.
    pub(crate) plain: String,
}

/// The packages that the program is built of.
///
/// # Errors
///
/// If the program does not depend on Interlace, or not on a package that is named, or cargo cannot tell.
pub(crate) fn packages(arguments: &Arguments<'_>, target: &str) -> Result<Packages, String> {
    let tree = |what: &[&str]| tree(arguments, target, what);
    let edges = ["--edges", "normal,dev"];
    let all = tree(&[&["--workspace"], &edges[..]].concat())?;
    let members = members(arguments);
    // What is not built says nothing of how the rest is: so packages that are built one after the other share a folder.
    let built = match members[..] {
        ["--workspace"] => Cow::Borrowed(&all),
        _ => Cow::Owned(tree(&[&*members, &edges].concat())?),
    };
    if !built.iter().any(|it| is_called(it, INTERLACE)) {
        return Err(match built {
            Cow::Borrowed(_) => format!(
                "this workspace does not depend on Interlace, so nothing would explore it: `cargo add --dev \
                 {INTERLACE}`"
            ),
            Cow::Owned(_) => format!(
                "no package that is named depends on Interlace, so nothing would explore it: `cargo add --dev \
                 {INTERLACE}` there, or name one whose tests use it"
            ),
        });
    }
    let program = tree(&[&*members, &edges, &["--prune", INTERLACE]].concat())?;
    let [only, skipped] = [ONLY, SKIP].map(|option| names(arguments, option));
    let plain = plain(&built, &program, &only, &skipped)?;
    let plain = plain.into_iter().flat_map(|it| [it, ","]).collect();
    Ok(Packages { all, plain })
}

/// Which packages of the workspace are the program, as cargo is told it: those that are named, or all. What only others
/// share with Interlace is left as it is: such as what it switches stacks with.
fn members<'a>(arguments: &Arguments<'a>) -> Vec<&'a str> {
    let named = ["--package", "-p"].into_iter();
    let named = named.flat_map(|option| arguments.values(option));
    let named: Vec<_> = named.filter_map(OsStr::to_str).collect();
    if named.is_empty() {
        return vec!["--workspace"];
    }
    named.into_iter().flat_map(|it| ["--package", it]).collect()
}

/// In words, the packages of the program that are not to be instrumented; nothing if all are.
pub(crate) fn described(arguments: &Arguments<'_>) -> String {
    let [only, skipped] = [ONLY, SKIP].map(|option| names(arguments, option));
    let crates = |names: &[Cow<'_, str>]| match names {
        [name] => format!("crate {name}"),
        names => format!("crates {}", names.join(", ")),
    };
    let only = (!only.is_empty()).then(|| format!("all but the {} ({ONLY})", crates(&only)));
    let skipped = (!skipped.is_empty()).then(|| format!("the {} ({SKIP})", crates(&skipped)));
    let parts: Vec<String> = only.into_iter().chain(skipped).collect();
    parts.join("; ")
}

fn names<'a>(arguments: &Arguments<'a>, option: &str) -> Vec<Cow<'a, str>> {
    let names = arguments.values(option);
    names.map(|it| it.to_string_lossy()).collect()
}

/// Of all packages that are built, Interlace, which may be a member of the workspace; and those that are not of the
/// program, or not chosen.
fn plain<'a>(
    all: &'a BTreeSet<String>,
    program: &BTreeSet<String>,
    only: &[Cow<'_, str>],
    skipped: &[Cow<'_, str>],
) -> Result<Vec<&'a str>, String> {
    for name in only.iter().chain(skipped) {
        if !program.iter().any(|it| is_called(it, name)) {
            return Err(format!(
                "no package of the program is called `{name}`: `cargo tree` lists those that there are"
            ));
        }
    }
    let is_plain = |package: &&str| {
        let is_in = |names: &[Cow<'_, str>]| names.iter().any(|name| is_called(package, name));
        is_called(package, INTERLACE)
            || !program.contains(*package)
            || is_in(skipped)
            || !(only.is_empty() || is_in(only))
    };
    Ok(all.iter().map(String::as_str).filter(is_plain).collect())
}

/// Whether this is the name in a name and version.
fn is_called(package: &str, name: &str) -> bool {
    package.split_once(' ').is_some_and(|(it, _)| it == name)
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
    arguments.pass_on_manifest(&mut cargo);
    // What Interlace depends on in an instrumented build only is known to a compiler that says it is one. Cargo
    // is not to remember what that says for other builds.
    wrap(&mut cargo, "", Path::new(""), "")?;
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
    use std::ffi::OsString;

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

    #[test]
    fn the_program_is_what_is_named_or_the_workspace() {
        let members = |arguments: &[&str]| {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            super::members(&Arguments::of(&arguments).unwrap()).join(" ")
        };
        assert_eq!(members(&["test", "--", "-p", "a"]), "--workspace");
        assert_eq!(
            members(&["test", "-p", "a", "--package=b"]),
            "--package b --package a"
        );
    }

    #[test]
    fn what_is_chosen_is_instrumented_if_it_is_of_the_program() {
        let packages = |names: &[&str]| names.iter().map(|it| format!("{it} 1.0.0")).collect();
        let all: BTreeSet<_> = packages(&[INTERLACE, "program", "queue", "rayon"]);
        let program = packages(&[INTERLACE, "program", "queue"]);
        let plain = |only: &[&str], skipped: &[&str]| {
            let [only, skipped] =
                [only, skipped].map(|it| it.iter().map(|it| Cow::from(*it)).collect::<Vec<_>>());
            let plain = super::plain(&all, &program, &only, &skipped)?;
            Ok::<_, String>(plain.join(" ").replace(" 1.0.0", ""))
        };
        assert_eq!(plain(&[], &[]).unwrap(), "interlace-explorer rayon");
        assert_eq!(
            plain(&[], &["queue"]).unwrap(),
            "interlace-explorer queue rayon"
        );
        assert_eq!(
            plain(&["queue"], &[]).unwrap(),
            "interlace-explorer program rayon"
        );
        let error =
            "no package of the program is called `rayon`: `cargo tree` lists those that there are";
        assert_eq!(plain(&["rayon"], &[]).unwrap_err(), error);
    }
}
