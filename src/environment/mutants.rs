//! Whether `cargo interlace mutants` runs this program.

use std::env;

/// Whether it does. Then the environment says that nothing is saved, and that holds for every search.
pub(crate) fn is_for_mutants() -> bool {
    ["CARGO_INTERLACE_MUTANT", "CARGO_INTERLACE_REACHED"]
        .iter()
        .any(|it| env::var_os(it).is_some())
}
