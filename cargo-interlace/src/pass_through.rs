//! What instrumented code calls where it is linked without Interlace, as in a binary: functions that make
//! the access and nothing else.
//!
//! They are the same that Interlace defines, without the point. If they were others, a program could need
//! one from here and one from there, and would then have all of them twice.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, process};

use crate::probe::probe;
use crate::toolchain::{Toolchain, text};

/// The files of the crate. Most are links to those of Interlace.
pub(crate) const SOURCES: [(&str, &str); 10] = [
    ("lib.rs", include_str!("../pass_through/lib.rs")),
    ("point.rs", include_str!("../pass_through/point.rs")),
    ("races.rs", include_str!("../pass_through/races.rs")),
    ("symbol.rs", include_str!("../pass_through/symbol.rs")),
    ("atomic.rs", include_str!("../pass_through/atomic.rs")),
    ("fence.rs", include_str!("../pass_through/fence.rs")),
    ("mutant.rs", include_str!("../pass_through/mutant.rs")),
    ("plain.rs", include_str!("../pass_through/plain.rs")),
    (
        "std_functions.rs",
        include_str!("../pass_through/std_functions.rs"),
    ),
    ("table.rs", include_str!("../pass_through/table.rs")),
];

/// It uses nothing of std, has no panics, and is one object file.
const FLAGS: [&str; 10] = [
    "--crate-type=rlib",
    "--edition=2024",
    "-C",
    "opt-level=3",
    "-C",
    "panic=abort",
    "-C",
    "codegen-units=1",
    "-C",
    "overflow-checks=off",
];

/// The library, made in `folder` if it is not there. Before it is, the compiler is [probed](probe).
///
/// # Errors
///
/// If the compiler is not known, or it cannot be made.
pub(crate) fn library(
    toolchain: &Toolchain,
    target: &str,
    folder: &Path,
) -> Result<PathBuf, String> {
    let library = folder.join("libinterlace_pass_through.rlib");
    if library.is_file() {
        return Ok(library);
    }
    probe(toolchain, target)?;
    // Another process may make it at the same time: whoever comes last puts the same in its place.
    let made_in = folder.join(format!("interlace_pass_through.{}", process::id()));
    fs::create_dir_all(&made_in).map_err(|error| cannot_write(&made_in, &error))?;
    for (name, text) in SOURCES {
        let file = made_in.join(name);
        fs::write(&file, text).map_err(|error| cannot_write(&file, &error))?;
    }
    let made = made_in.join("made.rlib");
    let mut rustc = Command::new(&toolchain.rustc);
    rustc
        .arg(made_in.join("lib.rs"))
        .args(["--crate-name", "interlace_pass_through"]);
    rustc
        .args(FLAGS)
        .args(["--target", target, "-o"])
        .arg(&made);
    text(&mut rustc)?;
    fs::rename(&made, &library).map_err(|error| cannot_write(&library, &error))?;
    // What is left of it does no harm.
    let _ = fs::remove_dir_all(made_in);
    Ok(library)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("{} cannot be written: {error}", path.display())
}
