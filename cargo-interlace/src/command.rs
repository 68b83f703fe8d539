//! The part that people call.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::arguments::{Arguments, USAGE};
use crate::build::Build;
use crate::mutants;
use crate::packages::{ONLY, SKIP};

/// Runs cargo with these arguments and this program in place of the compiler.
///
/// # Errors
///
/// If cargo, or the compiler, is not there or is not known; if the program does not use Interlace; if a signal ends it.
pub(crate) fn run(arguments: &[OsString]) -> Result<ExitCode, String> {
    let asks_for = |names: [&str; 2]| {
        let first = arguments.first();
        first.is_some_and(|first| names.iter().any(|name| first == name))
    };
    if asks_for(["--help", "-h"]) {
        print!("{USAGE}");
        return Ok(ExitCode::SUCCESS);
    }
    if asks_for(["--version", "-V"]) {
        println!("cargo-interlace {}", env!("CARGO_PKG_VERSION"));
        return Ok(ExitCode::SUCCESS);
    }
    let arguments = Arguments::of(arguments)?;
    if arguments.command == ["mutants"] {
        return mutants::run(&arguments);
    }
    let mut cargo = Build::new(&arguments, arguments.command)?.cargo;
    cargo.args(arguments.without(&["--target-dir", ONLY, SKIP]));
    let status = cargo.status();
    let status = status.map_err(|error| format!("cargo cannot be run: {error}"))?;
    // What `cargo run` runs takes its place.
    let code = status.code();
    let code = code.ok_or_else(|| format!("the program was ended by the system: {status}"))?;
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}
