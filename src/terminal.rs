//! What the terminal is like that people read, and panics whose text is for it.

use std::backtrace::Backtrace;
use std::env;
use std::io::{IsTerminal as _, stderr, stdout};
use std::panic::{self, Location};
use std::thread;

use console::Term;

use crate::environment::{Purpose, purpose};
use crate::look::Look;

/// However narrow a terminal is, this much is written into a line.
const MIN_WIDTH: usize = 20;

/// How to write for the terminal that standard error is, if it is one or colours are wanted anyway.
///
/// A test's text is kept by the harness, and comes out on standard output: both must be the terminal then.
pub(crate) fn look() -> Option<Look> {
    let is_terminal =
        stderr().is_terminal() && (purpose() == Purpose::Other || stdout().is_terminal());
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let has_colours = has_colours(variable, is_terminal);
    if !is_terminal && !has_colours {
        return None;
    }
    let columns = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    let size = || {
        Term::stderr()
            .size_checked()
            .map(|(_, columns)| columns.into())
    };
    let width: Option<usize> = columns.or_else(|| size().filter(|_| is_terminal));
    Some(Look {
        width: width
            .filter(|it| *it > 0)
            .unwrap_or(Look::PLAIN.width)
            .max(MIN_WIDTH),
        wraps: width.is_some(),
        has_colours,
    })
}

/// Whether to write in colours: the first variable that says something decides.
fn has_colours(variable: impl Fn(&str) -> Option<String>, is_terminal: bool) -> bool {
    let is_set = |name: &str| variable(name).is_some_and(|value| value != "0");
    if variable("NO_COLOR").is_some() {
        return false;
    }
    if is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR") {
        return true;
    }
    match variable("CARGO_TERM_COLOR").as_deref() {
        Some("always") => return true,
        Some("never") => return false,
        _ => {}
    }
    let is_off = variable("CLICOLOR").is_some_and(|value| value == "0");
    let is_dumb = variable("TERM").is_some_and(|value| value == "dumb");
    is_terminal && !is_off && !is_dumb
}

/// Panics with a text, which `tell` writes as it is to look.
///
/// The payload is the plain text: `should_panic` and whoever catches it see the same everywhere. What is shown is
/// the text for the terminal. In a property, nothing is: proptest tries smaller cases, and shows the payload of the
/// last that failed.
#[track_caller]
pub(crate) fn fail(tell: impl Fn(Look) -> String) -> ! {
    let plain = tell(Look::PLAIN);
    if cfg!(panic = "unwind") && is_in_property() {
        panic::resume_unwind(Box::new(plain));
    }
    let Some(look) = look().filter(|_| cfg!(panic = "unwind")) else {
        panic!("{plain}");
    };
    // Not by the hook of panics, which would print the payload.
    let thread = thread::current();
    let (name, place) = (thread.name().unwrap_or("<unnamed>"), Location::caller());
    eprintln!("\nthread '{name}' panicked at {place}:\n{}", tell(look));
    let backtrace = Backtrace::capture();
    if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
        eprintln!("stack backtrace:\n{backtrace}");
    }
    panic::resume_unwind(Box::new(plain))
}

/// Whether a property of proptest runs on this thread: only its frames tell.
pub(crate) fn is_in_property() -> bool {
    let frames = Backtrace::force_capture().to_string();
    frames.contains("proptest::test_runner::")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn told(variables: &[(&str, &str)], is_terminal: bool) -> bool {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        has_colours(
            |name| variables.get(name).map(|&value| value.to_owned()),
            is_terminal,
        )
    }

    #[test]
    fn colours_are_where_they_are_wanted() {
        assert!(told(&[], true) && !told(&[], false));
        for off in [
            &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")][..],
            &[("CARGO_TERM_COLOR", "never")],
            &[("CLICOLOR", "0")],
            &[("TERM", "dumb")],
        ] {
            assert!(!told(off, true), "{off:?}");
        }
        for on in [
            &[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")][..],
            &[("FORCE_COLOR", "1")],
            &[("CARGO_TERM_COLOR", "always")],
        ] {
            assert!(told(on, false), "{on:?}");
        }
        assert!(!told(
            &[("CLICOLOR_FORCE", "0"), ("FORCE_COLOR", "0")],
            false
        ));
    }

    #[test]
    fn a_property_is_known_by_its_frames() {
        assert!(!is_in_property());
        let config = proptest::test_runner::Config {
            cases: 1,
            failure_persistence: None,
            ..Default::default()
        };
        let mut runner = proptest::test_runner::TestRunner::new(config);
        runner
            .run(&proptest::bool::ANY, |_| {
                assert!(is_in_property());
                Ok(())
            })
            .unwrap();
    }
}
