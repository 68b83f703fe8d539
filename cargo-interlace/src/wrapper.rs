//! The part that cargo calls in place of the compiler.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::c_libraries;
use crate::diagnostics::run_explaining;
use crate::flags::{DEBUGGING, INSTRUMENTING, PLAIN, TELLING};
use crate::settings;

/// The variable with the list of packages that are not instrumented.
const PLAIN_PACKAGES: &str = "CARGO_INTERLACE_PLAIN_PACKAGES";

/// The variable with the path of the [library](crate::pass_through) for what does not link Interlace.
const PASS_THROUGH: &str = "CARGO_INTERLACE_PASS_THROUGH";

/// The variable with a wrapper that the caller has, such as one that keeps what was compiled.
const OTHER_WRAPPER: &str = "CARGO_INTERLACE_RUSTC_WRAPPER";

/// The variable with the options of the linker for the [functions of std](crate::std_functions).
const LINK_ARGUMENTS: &str = "CARGO_INTERLACE_LINK_ARGUMENTS";

/// Whether cargo calls this program as a compiler: with the path of one, or of another wrapper.
pub(crate) fn is_meant(arguments: &[OsString]) -> bool {
    // A test that is run so may call this program as people do.
    let commands = ["interlace", "test", "run", "nextest", "mutants"];
    let is_command = |it: &OsString| commands.iter().any(|word| it == word);
    env::var_os(PASS_THROUGH).is_some() && arguments.first().is_some_and(|it| !is_command(it))
}

/// Has `cargo` call this program in place of the compiler. It is not to instrument the `plain` packages, and
/// passes `for_std` to the linker.
///
/// # Errors
///
/// If this program does not know where it is.
pub(crate) fn wrap(
    cargo: &mut Command,
    plain: &str,
    library: &Path,
    for_std: &str,
) -> Result<(), String> {
    let own = env::current_exe();
    let own = own.map_err(|error| format!("this program does not know where it is: {error}"))?;
    if let Some(wrapper) = env::var_os("RUSTC_WRAPPER").filter(|it| !it.is_empty() && *it != own) {
        cargo.env(OTHER_WRAPPER, wrapper);
    }
    cargo.env("RUSTC_WRAPPER", own);
    cargo.env(PLAIN_PACKAGES, plain).env(PASS_THROUGH, library);
    cargo.env(LINK_ARGUMENTS, for_std);
    Ok(())
}

/// Calls the compiler, with more flags if it compiles a part of the program.
///
/// # Errors
///
/// If it cannot be called.
pub(crate) fn compile(arguments: &[OsString]) -> Result<ExitCode, String> {
    let (rustc, rest) = arguments.split_first().ok_or("there is no compiler")?;
    let other = env::var_os(OTHER_WRAPPER);
    // What such a wrapper leaves running may keep what the compiler says open.
    let is_explained = other.is_none();
    let mut rustc = match other {
        Some(wrapper) => {
            let mut wrapper = Command::new(wrapper);
            wrapper.arg(rustc);
            wrapper
        }
        None => Command::new(rustc),
    };
    rustc.args(rest);
    // When cargo asks the compiler for its settings, there is no package.
    let has_package = env::var_os("CARGO_PKG_NAME").is_some();
    if has_package {
        // To build scripts too: compilers of C cannot tell for whom they compile, if all is for one machine.
        pass_to_linker(&mut rustc, PASS_THROUGH);
    }
    if is_for_target(rest) {
        rustc.args(TELLING);
        if has_package {
            pass_to_linker(&mut rustc, LINK_ARGUMENTS);
        }
        if has_package && settings::are_debugging() && !has_debug_information(rest) {
            rustc.args(DEBUGGING);
        }
        if has_package && is_plain() {
            rustc.args(PLAIN);
        } else if has_package {
            rustc.args(INSTRUMENTING);
            c_libraries::note(rest);
        }
    }
    let status = if is_explained {
        run_explaining(&mut rustc)
    } else {
        rustc.status()
    };
    let status = status.map_err(|error| format!("{rustc:?} cannot be run: {error}"))?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

fn pass_to_linker(rustc: &mut Command, variable: &str) {
    let mut argument = OsString::from("link-arg=");
    argument.push(env::var_os(variable).unwrap_or_default());
    rustc.arg("-C").arg(argument);
}

/// Whether this is no build script, macro, or part of those: cargo passes the target to the others only.
fn is_for_target(arguments: &[OsString]) -> bool {
    arguments
        .iter()
        .any(|it| it.as_encoded_bytes().starts_with(b"--target"))
}

/// Whether cargo asks for debug information. That of a package, or of all dependencies, may be turned off in a
/// manifest, which no variable overrides.
fn has_debug_information(arguments: &[OsString]) -> bool {
    let arguments = arguments.iter().map(|it| it.to_str().unwrap_or_default());
    let mut levels = arguments.filter_map(|it| {
        let option = it.strip_prefix("-C").unwrap_or(it);
        option.strip_prefix("debuginfo=")
    });
    levels
        .next_back()
        .is_some_and(|it| !["0", "none"].contains(&it))
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
    fn what_has_no_debug_information_is_seen() {
        for (arguments, has_any) in [
            (&["-C", "opt-level=2"][..], false),
            (&["-C", "debuginfo=1", "-C", "opt-level=2"], true),
            (&["-Cdebuginfo=line-tables-only"], true),
            (&["-C", "debuginfo=2", "-C", "debuginfo=0"], false),
        ] {
            let arguments: Vec<_> = arguments.iter().map(OsString::from).collect();
            assert_eq!(has_debug_information(&arguments), has_any, "{arguments:?}");
        }
    }

    #[test]
    fn a_package_is_known_by_name_and_version() {
        let list = "libc 0.2.3,own 1.0.0,";
        assert!(contains(list, "libc", "0.2.3") && contains(list, "own", "1.0.0"));
        assert!(!contains(list, "libc", "0.2.4") && !contains(list, "", ""));
    }
}
