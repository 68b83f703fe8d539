//! The part that cargo calls in place of the compiler.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::flags::{INSTRUMENTING, PLAIN, TELLING};

/// The variable with the list of packages that are not instrumented.
const PLAIN_PACKAGES: &str = "CARGO_INTERLACE_PLAIN_PACKAGES";

/// The variable with the path of the [library](crate::pass_through) for what does not link Interlace.
const PASS_THROUGH: &str = "CARGO_INTERLACE_PASS_THROUGH";

/// Whether cargo calls this program as a compiler: with the path of one, or of another wrapper.
pub(crate) fn is_meant(arguments: &[OsString]) -> bool {
    let is_command = |it: &OsString| ["interlace", "test", "run"].iter().any(|word| it == word);
    env::var_os(PASS_THROUGH).is_some() && arguments.first().is_some_and(|it| !is_command(it))
}

/// Has `cargo` call this program in place of the compiler. It is not to instrument these packages.
///
/// # Errors
///
/// If this program does not know where it is.
pub(crate) fn wrap(cargo: &mut Command, plain: &str, library: &Path) -> Result<(), String> {
    let own = env::current_exe();
    let own = own.map_err(|error| format!("this program does not know where it is: {error}"))?;
    cargo.env("RUSTC_WRAPPER", own);
    cargo.env(PLAIN_PACKAGES, plain).env(PASS_THROUGH, library);
    Ok(())
}

/// Calls the compiler, with more flags if it compiles a part of the program.
///
/// # Errors
///
/// If it cannot be called.
pub(crate) fn compile(arguments: &[OsString]) -> Result<ExitCode, String> {
    let (rustc, rest) = arguments.split_first().ok_or("there is no compiler")?;
    let mut rustc = Command::new(rustc);
    rustc.args(rest);
    if is_for_target(rest) {
        rustc.args(TELLING);
        // When cargo asks the compiler for its settings, there is no package.
        if env::var_os("CARGO_PKG_NAME").is_some() {
            rustc.args(if is_plain() {
                PLAIN.as_slice()
            } else {
                &INSTRUMENTING
            });
            let mut library = OsString::from("link-arg=");
            library.push(env::var_os(PASS_THROUGH).unwrap_or_default());
            rustc.arg("-C").arg(library);
        }
    }
    let status = rustc.status();
    let status = status.map_err(|error| format!("{rustc:?} cannot be run: {error}"))?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Whether this is no build script, macro, or part of those: cargo passes the target to the others only.
fn is_for_target(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .any(|it| it.as_encoded_bytes().starts_with(b"--target"))
}

/// Whether the package that is compiled is one of those that are not to be instrumented.
fn is_plain() -> bool {
    let variable = |name: &str| env::var_os(name).unwrap_or_default();
    let [list, name, version] =
        [PLAIN_PACKAGES, "CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(variable);
    let text = OsStr::to_string_lossy;
    contains(&text(&list), &text(&name), &text(&version))
}

/// Whether a package is in a list of names and versions, each followed by a comma.
fn contains(list: &str, name: &str, version: &str) -> bool {
    list.split(',')
        .any(|it| it.split_once(' ') == Some((name, version)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_is_known_by_name_and_version() {
        let list = "libc 0.2.3,own 1.0.0,";
        assert!(contains(list, "libc", "0.2.3") && contains(list, "own", "1.0.0"));
        assert!(!contains(list, "libc", "0.2.4") && !contains(list, "", ""));
    }
}
