//! The part that cargo calls in place of the compiler.

use std::env;
use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use crate::flags::{INSTRUMENTING, PLAIN, TELLING};
use crate::packages;

/// The variable with the list of packages that are not instrumented.
pub(crate) const PLAIN_PACKAGES: &str = "CARGO_INTERLACE_PLAIN_PACKAGES";

/// The variable with the path of the [library](crate::pass_through) for what does not link Interlace.
pub(crate) const PASS_THROUGH: &str = "CARGO_INTERLACE_PASS_THROUGH";

/// The variable with the options of the linker for the [functions of std](crate::std_functions).
pub(crate) const LINK_ARGUMENTS: &str = "CARGO_INTERLACE_LINK_ARGUMENTS";

/// Whether cargo calls this program as a compiler: with the path of one, or of another wrapper.
pub(crate) fn is_meant(arguments: &[OsString]) -> bool {
    let is_command = |it: &OsString| ["interlace", "test", "run"].iter().any(|word| it == word);
    env::var_os(PASS_THROUGH).is_some() && arguments.first().is_some_and(|it| !is_command(it))
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
        if is_plain() {
            rustc.args(PLAIN);
        } else {
            rustc.args(INSTRUMENTING);
        }
        for variable in [LINK_ARGUMENTS, PASS_THROUGH] {
            let mut argument = OsString::from("link-arg=");
            argument.push(env::var_os(variable).unwrap_or_default());
            rustc.arg("-C").arg(argument);
        }
    }
    let status = rustc.status();
    let status = status.map_err(|error| format!("{rustc:?} cannot be run: {error}"))?;
    let code = status.code().and_then(|it| u8::try_from(it).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Whether this is no build script, macro, or part of those: cargo passes the target to the others only.
/// When it asks the compiler for its settings, there is no package.
fn is_for_target(arguments: &[OsString]) -> bool {
    let has_target = arguments
        .iter()
        .any(|it| it.as_encoded_bytes().starts_with(b"--target"));
    has_target && env::var_os("CARGO_PKG_NAME").is_some()
}

fn is_plain() -> bool {
    let variable = |name: &str| env::var_os(name).unwrap_or_default();
    let [list, name, version] =
        [PLAIN_PACKAGES, "CARGO_PKG_NAME", "CARGO_PKG_VERSION"].map(variable);
    let text = OsStr::to_string_lossy;
    packages::contains(&text(&list), &text(&name), &text(&version))
}
