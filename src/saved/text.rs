//! The contents of a file of saved schedules, printed and parsed.

use std::fmt;

use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;

/// How the first line begins, in every version.
const FORMAT: &str = "# interlace: saved schedules, version ";
const VERSION: &str = "1";

/// Writes the first line of a file, without its end. Allocates nothing.
pub(super) fn write_first_line(out: &mut impl fmt::Write) -> fmt::Result {
    write!(out, "{FORMAT}{VERSION}")
}

/// The beginning of a file, before its first schedule.
pub(super) fn header() -> String {
    format!(
        "{FORMAT}{VERSION}\n\
         #\n\
         # Each of these failed once. The test runs them before it searches, so commit this file.\n\
         # A schedule that holds again is kept, in case the bug comes back. Delete its line, or the\n\
         # file, when it no longer fits the program or is not worth a run.\n"
    )
}

/// A schedule, with a comment that says how it failed.
pub(super) fn entry(schedule: &Schedule, why: &str) -> String {
    let why = why.lines().next().unwrap_or_default().trim();
    format!("\n# {why}\n{}\n", schedule.versioned())
}

/// A whole file.
#[cfg(test)]
pub(crate) fn print(schedules: &[Schedule], why: &str) -> String {
    let entries = schedules.iter().map(|schedule| entry(schedule, why));
    [header()].into_iter().chain(entries).collect()
}

/// Parses the text of a file. An empty file has no schedules: it is about to be written.
///
/// # Errors
///
/// If the text is not of this format, with the number of the line.
pub(crate) fn parse(text: &str) -> Result<Vec<Schedule>, Error> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    let first = text.lines().next().unwrap_or_default();
    match first.strip_prefix(FORMAT).map(str::trim_end) {
        Some(VERSION) => {}
        Some(version) => {
            return Err(bad(
                1,
                &format!(
                    "version `{version}` of the format is not known here, only {VERSION}; a newer \
                     interlace may have written it"
                ),
            ));
        }
        None => return Err(bad(1, &format!("it must be `{FORMAT}{VERSION}`"))),
    }
    let lines = text.lines().zip(1..).filter(|(line, _)| {
        let line = line.trim_start();
        !line.is_empty() && !line.starts_with('#')
    });
    lines
        .map(|(line, number)| {
            let parsed = line.parse::<Schedule>();
            parsed.map_err(|error| bad(number, &error.to_string()))
        })
        .collect()
}

#[cold]
fn bad(line: usize, why: &str) -> Error {
    Error::new(ErrorKind::BadSaved, format!("line {line}: {why}"))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::schedule;
    use crate::schedule::Step;

    #[test]
    fn a_file_is_for_people_too() {
        let text = header() + &entry(&schedule![a: x, "b c": y], "the check failed: 1\nat x.rs");
        let end = "\n\n# the check failed: 1\nv2 a:x \"b c\":y\n";
        assert!(text.ends_with(end), "{text}");
        assert!(
            text.starts_with("# interlace: saved schedules, version 1\n"),
            "{text}"
        );
    }

    #[test]
    fn what_a_hand_may_change_is_read() {
        let text = "# interlace: saved schedules, version 1\r\n\n  # mine\n  a:x b:y  \nv1\n";
        assert_eq!(
            parse(text),
            Ok(vec![schedule![a: x, b: y], Schedule::default()])
        );
        assert_eq!(parse(" \n"), Ok(vec![]));
    }

    #[test]
    fn what_is_not_of_the_format_is_an_error_with_its_line() {
        let head = "# interlace: saved schedules, version ";
        for (text, begins) in [
            (
                "a:x".to_owned(),
                "line 1: it must be `# interlace: saved schedules, version 1`",
            ),
            (
                format!("{head}2\na:x"),
                "line 1: version `2` of the format is not known here",
            ),
            (
                format!("{head}1\n\na:x\n<<<<<<< HEAD\n"),
                "line 4: not a schedule: expected the name of a thread, found `<` (column 1)",
            ),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BadSaved);
            assert!(error.to_string().starts_with(begins), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_printed_parses_back(
            schedules in vec(vec((any::<String>(), any::<String>()), 0..4), 0..4),
            why in any::<String>(),
        ) {
            let steps = |names: Vec<(String, String)>| -> Schedule {
                names.into_iter().map(|(thread, marker)| Step::new(thread, marker)).collect()
            };
            let schedules: Vec<Schedule> = schedules.into_iter().map(steps).collect();
            prop_assert_eq!(parse(&print(&schedules, &why)), Ok(schedules));
        }
    }
}
