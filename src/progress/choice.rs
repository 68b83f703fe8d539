//! Chooses whether, when and how progress is shown.

use std::env;
use std::io::{IsTerminal as _, stderr};
use std::thread;
use std::time::Duration;

use super::{Reporter, lines::Lines};
use crate::environment::{Purpose, purpose};

/// How long a search may take before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long in tests, unless it was asked for: there is something to read for each that passes, too.
const PATIENCE_IN_TESTS: Duration = Duration::from_secs(5);

/// Chooses what shows the progress of a search, if anything, and how long it waits before that.
///
/// `asked` is what was set in code or by `INTERLACE_PROGRESS`. If nothing was set, progress is shown on a terminal
/// that is not of CI; and in tests, as lines that become rarer. These are written to standard error itself, which
/// no test harness keeps back.
pub(crate) fn choose_reporter(asked: Option<bool>) -> Option<(Box<dyn Reporter>, Duration)> {
    let is_terminal = stderr().is_terminal();
    let is_test = purpose() != Purpose::Other;
    if !asked.unwrap_or_else(|| is_test || is_terminal && !is_ci()) {
        return None;
    }
    #[cfg(feature = "progress")]
    if is_terminal && !is_test {
        return Some((Box::new(super::bar::Bar::new()), PATIENCE));
    }
    let patience = match asked {
        None if is_test => PATIENCE_IN_TESTS,
        _ => PATIENCE,
    };
    let thread = thread::current();
    let test = thread.name().filter(|_| is_test);
    Some((Box::new(Lines::new(stderr(), test)), patience))
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_more_patient_unless_asked() {
        let patience = |asked| choose_reporter(asked).map(|it| it.1.as_secs());
        assert_eq!(
            [None, Some(false), Some(true)].map(patience),
            [Some(5), None, Some(1)]
        );
    }
}
