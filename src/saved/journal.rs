//! The file in which a process that dies leaves the schedule under way. The next run takes it from there
//! into the file of saved schedules.

use std::ffi::OsString;
use std::fmt::{self, Display, Write};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{Store, text};
use crate::error::{Error, ErrorKind};
use crate::schedule::Schedule;

/// What its last line is.
const END: &str = "# complete";
/// What the line before the schedule begins with.
const WHY: &str = "# by ";

/// Where it lies beside the file of saved schedules at `path`.
pub(crate) fn journal_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".crash");
    PathBuf::from(name)
}

/// Writes it. Allocates nothing.
pub(crate) fn write_journal(
    out: &mut impl Write,
    why: fmt::Arguments<'_>,
    schedule: impl Display,
) -> fmt::Result {
    text::write_first_line(out)?;
    write!(
        out,
        "\n#\n# A process that died left this. The next run of the test takes it from here.\n\n\
         {WHY}{why}\n{schedule}\n{END}\n"
    )
}

/// Takes the schedule that a process has left beside the store's file, into the store.
///
/// # Errors
///
/// If it cannot be read, saved or removed.
pub(crate) fn take_journal(store: &dyn Store, path: &Path) -> Result<Option<Schedule>, Error> {
    let text = match fs::read_to_string(path) {
        Err(error) if is_absent(&error) => return Ok(None),
        text => text.map_err(|error| failed(path, "read", error))?,
    };
    // What is not whole, or is none, has nothing to say.
    let left = parse(&text);
    if let Some((schedule, why)) = &left {
        store.save(schedule, why)?;
    }
    match fs::remove_file(path) {
        // Another process has been here.
        Err(error) if !is_absent(&error) => Err(failed(path, "removed", error)),
        _ => Ok(left.map(|(schedule, _)| schedule)),
    }
}

/// Whether there is no such file, and cannot be one.
fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// The schedule and why it was left, if the text is whole.
fn parse(text: &str) -> Option<(Schedule, String)> {
    let whole = text.trim_end().strip_suffix(END)?;
    let schedule = text::parse(whole).ok()?.into_iter().next()?;
    let why = whole.lines().find_map(|line| line.strip_prefix(WHY));
    Some((schedule, format!("ended by {}", why.unwrap_or("a crash"))))
}

#[cold]
fn failed(path: &Path, did: &str, error: io::Error) -> Error {
    let path = path.display();
    let text = format!("the schedule that a crash has left in {path} could not be {did}: {error}");
    Error::new(ErrorKind::BadSaved, text).caused_by(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::schedule;

    fn written() -> String {
        let mut text = String::new();
        let schedule = schedule![a: x, "b c": y];
        write_journal(
            &mut text,
            format_args!("SIGSEGV in a"),
            schedule.versioned(),
        )
        .unwrap();
        text
    }

    #[test]
    fn what_was_written_is_read_and_half_of_it_is_not() {
        let text = written();
        let schedule = schedule![a: x, "b c": y];
        let read = Some((schedule, "ended by SIGSEGV in a".to_owned()));
        assert_eq!(parse(&text), read);
        // The line break at its end says nothing.
        for end in 0..text.len() - 1 {
            assert_eq!(parse(&text[..end]), None, "{end}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_is_too_much(text in ".*", at in 0..200_usize) {
            let mut whole = written();
            let _ = parse(&text);
            let at = at.min(whole.len());
            whole.replace_range(at..at, &text);
            let _ = parse(&whole);
        }
    }
}
