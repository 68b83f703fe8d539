//! Chooses whether and how progress is shown.

use std::env;
use std::io::{IsTerminal as _, stderr};

use super::{Reporter, lines::Lines};
use crate::environment::{Purpose, purpose};

/// Chooses what shows the progress of a search, if anything.
///
/// `asked` is what was set in code or by `INTERLACE_PROGRESS`. If nothing was set, progress is
/// shown on a terminal, except in CI and in tests.
pub(crate) fn choose_reporter(asked: Option<bool>) -> Option<Box<dyn Reporter>> {
    let is_terminal = stderr().is_terminal();
    let is_ci = env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false");
    let is_test = || purpose() != Purpose::Other;
    if !asked.unwrap_or_else(|| is_terminal && !is_ci && !is_test()) {
        return None;
    }
    #[cfg(feature = "progress")]
    if is_terminal {
        return Some(Box::new(super::bar::Bar::new()));
    }
    Some(Box::new(Lines::new(stderr())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_show_nothing_unless_asked() {
        assert!(choose_reporter(None).is_none());
        assert!(choose_reporter(Some(false)).is_none());
        assert!(choose_reporter(Some(true)).is_some());
    }
}
