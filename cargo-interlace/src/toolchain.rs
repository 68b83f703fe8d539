//! The compiler, and what it says of itself.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Output};

/// The compiler that cargo will call.
pub(crate) struct Toolchain {
    pub(crate) rustc: OsString,
    /// Which one it is: all that it says of itself.
    pub(crate) version: String,
    pub(crate) host: String,
}

impl Toolchain {
    /// # Errors
    ///
    /// If there is none.
    pub(crate) fn find() -> Result<Self, String> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let version = text(Command::new(&rustc).arg("-vV"))?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("`rustc -vV` does not name its host")?.to_owned();
        Ok(Toolchain {
            rustc,
            version,
            host,
        })
    }
}

/// Cargo, without what an outer cargo has said about the package of this program.
pub(crate) fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let is_of_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if is_of_package
            .iter()
            .any(|it| name.as_encoded_bytes().starts_with(it.as_bytes()))
        {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// What a command prints.
///
/// # Errors
///
/// If it cannot be run, or fails.
pub(crate) fn text(command: &mut Command) -> Result<String, String> {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .map_err(|error| format!("{} cannot be run: {error}", shown(command)))?;
    if !status.success() {
        let why = String::from_utf8_lossy(&stderr);
        return Err(format!("{} has failed:\n{why}", shown(command)));
    }
    String::from_utf8(stdout).map_err(|_| format!("{} prints no text", shown(command)))
}

fn shown(command: &Command) -> String {
    let words = command.get_args().map(|it| it.to_string_lossy());
    let words = words.fold(String::new(), |all, word| all + " " + &word);
    let program = PathBuf::from(command.get_program());
    format!("`{}{words}`", program.display())
}
