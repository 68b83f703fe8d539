//! What Cargo has built this program for.

use std::env;
use std::path::Path;
use std::sync::OnceLock;

/// What a program is for, judged by its path: nothing else tells a test program from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// `cargo test` or `cargo bench` runs it.
    Test,
    /// It is a test in the documentation.
    DocTest,
    /// A binary, an example, or not built by Cargo.
    Other,
}

pub(crate) fn purpose() -> Purpose {
    static PURPOSE: OnceLock<Purpose> = OnceLock::new();
    *PURPOSE.get_or_init(|| env::current_exe().map_or(Purpose::Other, |path| of(&path)))
}

/// Cargo puts test programs into a folder `deps`, and rustdoc its tests into `rustdoctest…`.
fn of(path: &Path) -> Purpose {
    let folder = path.parent().and_then(Path::file_name);
    match folder.unwrap_or_default().as_encoded_bytes() {
        b"deps" => Purpose::Test,
        folder if folder.starts_with(b"rustdoctest") => Purpose::DocTest,
        _ => Purpose::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_made_for_tests_is_told_from_other_programs() {
        assert_eq!(purpose(), Purpose::Test, "this one is");
        for (path, expected) in [
            ("target/debug/deps/counts-5d1f0a37a6a7c2a1", Purpose::Test),
            ("/tmp/rustdoctestPjBsqm/rust_out", Purpose::DocTest),
            ("target/debug/examples/lost_update", Purpose::Other),
            ("target/release/server", Purpose::Other),
            ("server", Purpose::Other),
        ] {
            assert_eq!(of(Path::new(path)), expected, "{path}");
        }
    }
}
