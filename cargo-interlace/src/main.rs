//! `cargo interlace test`: cargo with a compiler that puts a call at every access to shared memory. So
//! nothing need be marked: Interlace defines what is called, and makes scheduling points of it.
//!
//! The program has two parts. Called by people, it is [cargo with other settings](command). With these,
//! cargo calls it in place of the compiler, and it [adds to the flags](wrapper) of what is to be
//! instrumented.

mod arguments;
mod build;
mod c_libraries;
mod command;
mod diagnostics;
mod flags;
mod mutants;
mod packages;
mod pass_through;
mod probe;
mod settings;
mod std_functions;
mod toolchain;
mod workspace;
mod wrapper;

use std::env;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = env::args_os().skip(1).collect();
    let result = if wrapper::is_meant(&arguments) {
        wrapper::compile(&arguments)
    } else {
        // Cargo passes on the name under which it was asked for this program.
        if arguments.first().is_some_and(|it| it == "interlace") {
            arguments.remove(0);
        }
        command::run(&arguments)
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
