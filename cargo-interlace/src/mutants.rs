//! `cargo interlace mutants`: which atomic operations can be changed without a test that notices.
//!
//! Tests are built once. The first time they run, they tell which operations they reach; then once for each
//! change, which is made while they run, by the [library](../../src/instrument/mutant.rs).

mod baseline;
mod change;
mod executables;
mod list;
mod operations;
mod options;
mod program;
mod progress;
mod queue;
mod result;
mod test_code;
mod trial;

use std::path::Path;
use std::process::ExitCode;
use std::{fs, process};

use crate::arguments::Arguments;
use crate::build::Build;
use baseline::Baseline;
use executables::Executables;
use options::Options;
use program::Surroundings;
use result::Summary;
use trial::Trial;

/// What the process ends with if there are changes that no test notices.
const NOT_NOTICED: u8 = 2;

/// Builds the tests, and runs them for each change.
///
/// # Errors
///
/// If the options are bad, the tests cannot be built, one fails without a change, or none reaches an operation.
pub(crate) fn run(arguments: &Arguments<'_>) -> Result<ExitCode, String> {
    let options = Options::of(arguments)?;
    let build = Build::new(arguments, &options::COMMAND)?;
    let scratch = build.folder.join(format!("mutants-{}", process::id()));
    let result = run_in(&scratch, &options, build, arguments);
    // What is left of it does no harm.
    let _ = fs::remove_dir_all(&scratch);
    result
}

fn run_in(
    scratch: &Path,
    options: &Options,
    mut build: Build,
    arguments: &Arguments<'_>,
) -> Result<ExitCode, String> {
    fs::create_dir_all(scratch)
        .map_err(|error| format!("{} cannot be made: {error}", scratch.display()))?;
    build.cargo.args(options::for_cargo(arguments));
    let executables = Executables::build(&mut build.cargo, &options.crates)?;
    let surroundings = Surroundings::new(&build.variables, scratch);
    let baseline = Baseline::run(&executables, options, &surroundings)?;
    let trials = Trial::run_all(&baseline, &executables, options, &surroundings)?;
    let summary = Summary::new(&baseline, &executables, trials, &build.root);
    if options.is_json {
        println!("{}", summary.to_json());
    } else {
        print!("{summary}");
    }
    Ok(if summary.all_are_noticed() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(NOT_NOTICED)
    })
}
