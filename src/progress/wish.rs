//! Whether progress is shown, and how.

use std::env;
use std::io::{IsTerminal as _, stderr};
use std::path::Path;

use super::{Reporter, lines::Lines};

/// What shows the progress of a search; nothing if it is not to be shown.
///
/// `asked` is what was set in code or by `INTERLACE_PROGRESS`. Where nothing was set it is shown
/// on a terminal, outside of CI and of tests.
pub(crate) fn reporter(asked: Option<bool>) -> Option<Box<dyn Reporter>> {
    let is_terminal = stderr().is_terminal();
    let is_wanted = asked.unwrap_or_else(|| is_terminal && !is_in_ci() && !is_in_a_test());
    is_wanted.then(|| on_stderr(is_terminal))
}

#[cfg(feature = "progress")]
fn on_stderr(is_terminal: bool) -> Box<dyn Reporter> {
    if is_terminal {
        Box::new(super::bar::Bar::new())
    } else {
        Box::new(Lines::new(stderr()))
    }
}

#[cfg(not(feature = "progress"))]
fn on_stderr(_: bool) -> Box<dyn Reporter> {
    Box::new(Lines::new(stderr()))
}

fn is_in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

fn is_in_a_test() -> bool {
    env::current_exe().is_ok_and(|path| is_a_test(&path))
}

/// Whether a program is one that Cargo made to be run by `cargo test` or `cargo bench`: those are
/// in a folder `deps`, and doc tests in one named after rustdoc. Binaries and examples are not.
fn is_a_test(path: &Path) -> bool {
    let folder = path.parent().and_then(Path::file_name);
    let folder = folder.unwrap_or_default().as_encoded_bytes();
    folder == b"deps" || folder.starts_with(b"rustdoctest")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cargo_made_for_tests_is_told_from_other_programs() {
        assert!(is_in_a_test(), "this one is");
        for (path, expected) in [
            ("target/debug/deps/counts-5d1f0a37a6a7c2a1", true),
            ("/tmp/rustdoctestPjBsqm/rust_out", true),
            ("target/debug/examples/lost_update", false),
            ("target/release/server", false),
            ("server", false),
        ] {
            assert_eq!(is_a_test(Path::new(path)), expected, "{path}");
        }
    }

    #[test]
    fn tests_show_nothing_unless_asked() {
        assert!(reporter(None).is_none());
        assert!(reporter(Some(false)).is_none());
        assert!(reporter(Some(true)).is_some());
    }
}
