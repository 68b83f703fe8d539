//! The text of a schedule, printed and parsed, and its Rust form.

use std::fmt;
use std::iter::Peekable;
use std::str::{CharIndices, FromStr};

use itertools::Itertools as _;

use super::{Schedule, Step, StepKind};
use crate::error::{Error, ErrorKind};

/// The versions of the format. A line may begin with one; without, it may be of either. The second
/// adds [keywords](StepKind::keyword) to the first.
const VERSIONS: [&str; 2] = ["v1", "v2"];

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_step(f, self.thread(), self.kind(), self.marker())
    }
}

/// Writes a step. Allocates nothing.
pub(crate) fn write_step(
    f: &mut impl fmt::Write,
    thread: &str,
    kind: StepKind,
    marker: &str,
) -> fmt::Result {
    write_name(f, thread)?;
    f.write_char(':')?;
    let Some(keyword) = kind.keyword() else {
        return write_name(f, marker);
    };
    write!(f, "{keyword}(")?;
    write_name(f, marker)?;
    f.write_char(')')
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.steps().iter().format(" "))
    }
}

fn write_name(f: &mut impl fmt::Write, name: &str) -> fmt::Result {
    if !name.is_empty() && name.chars().all(is_bare) {
        f.write_str(name)
    } else {
        write!(f, "{name:?}")
    }
}

/// Whether a name that holds `c` can do without quotes.
fn is_bare(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')
}

impl Schedule {
    /// The line that it prints as, with the version: never empty, and later forms can be told apart.
    pub(crate) fn versioned(&self) -> String {
        format!("v2 {self}").trim_end().to_owned()
    }

    /// Returns the Rust code that builds this schedule: a call of [`schedule!`](crate::schedule!).
    ///
    /// ```
    /// let schedule = interlace::schedule![thread1: read_value, "thread 2": read_value];
    /// assert_eq!(
    ///     schedule.to_rust(),
    ///     "schedule![thread1: read_value, \"thread 2\": read_value]"
    /// );
    /// ```
    #[must_use]
    pub fn to_rust(&self) -> String {
        let steps = self.steps().iter().map(|step| {
            let (thread, marker) = (rust_name(step.thread()), rust_name(step.marker()));
            match step.kind().keyword() {
                Some(keyword) => format!("{thread}: {keyword}({marker})"),
                None => format!("{thread}: {marker}"),
            }
        });
        format!("schedule![{}]", steps.format(", "))
    }
}

/// `schedule!` takes an identifier as it is; anything else needs quotes.
fn rust_name(name: &str) -> String {
    let letters = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if letters && starts_well {
        name.to_owned()
    } else {
        format!("{name:?}")
    }
}

impl FromStr for Schedule {
    type Err = Error;

    /// Parses the line that `Display` prints.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSchedule`], with the column, if the text is not valid.
    fn from_str(line: &str) -> Result<Self, Error> {
        let mut rest = Text::new(line);
        let mut steps = Vec::new();
        rest.skip_space();
        rest.skip_version()?;
        while !rest.is_at_end() {
            steps.push(rest.step()?);
            rest.end_of_step()?;
        }
        Ok(Schedule { steps })
    }
}

impl FromStr for Step {
    type Err = Error;

    /// Parses what `Display` prints.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::BadSchedule`], with the column, for any text
    /// that is not one step.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut rest = Text::new(text);
        let step = rest.step()?;
        if rest.is_at_end() {
            Ok(step)
        } else {
            Err(rest.expected("the end of the step"))
        }
    }
}

/// The rest of the line that is being parsed.
struct Text<'a> {
    line: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl<'a> Text<'a> {
    fn new(line: &'a str) -> Self {
        let chars = line.char_indices().peekable();
        Text { line, chars }
    }

    fn peek(&mut self) -> Option<char> {
        self.chars.peek().map(|&(_, c)| c)
    }

    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.line.len(), |&(at, _)| at)
    }

    fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn skip_space(&mut self) {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    }

    /// Skips the first word if it is a version of this format, not a thread before a colon.
    fn skip_version(&mut self) -> Result<(), Error> {
        let rest = &self.line[self.position()..];
        let word = rest.split(char::is_whitespace).next().unwrap_or_default();
        let number = word.strip_prefix('v').unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
            return Ok(());
        }
        if !VERSIONS.contains(&word) {
            let known = VERSIONS.iter().map(|it| format!("`{it}`")).format(" and ");
            return Err(self.error(&format!(
                "version `{word}` of the schedule format is not known here, only {known}; \
                 a newer interlace may have written this line"
            )));
        }
        for _ in word.chars() {
            self.chars.next();
        }
        self.skip_space();
        Ok(())
    }

    fn step(&mut self) -> Result<Step, Error> {
        let thread = self.name("the name of a thread")?;
        if !self.skip(':') {
            return Err(self.expected(&format!("`:` and a marker after the thread `{thread}`")));
        }
        let is_bare = self.peek() != Some('"');
        let name = self.name("the name of a marker")?;
        let kind = StepKind::of_keyword(&name).filter(|_| is_bare && self.skip('('));
        let Some(kind) = kind else {
            return Ok(Step::new(thread, name));
        };
        let marker = self.name("the name of a marker")?;
        if self.skip(')') {
            Ok(Step::of_kind(kind, thread, marker))
        } else {
            Err(self.expected("`)` after the marker that the thread had passed"))
        }
    }

    /// Skips this character if it comes next; returns whether it did.
    fn skip(&mut self, c: char) -> bool {
        self.chars.next_if(|&(_, next)| next == c).is_some()
    }

    fn name(&mut self, expected: &str) -> Result<String, Error> {
        if self.skip('"') {
            return self.quoted_name();
        }
        let mut name = String::new();
        while let Some((_, c)) = self.chars.next_if(|&(_, c)| is_bare(c)) {
            name.push(c);
        }
        if name.is_empty() {
            return Err(self.expected(expected));
        }
        Ok(name)
    }

    fn quoted_name(&mut self) -> Result<String, Error> {
        let mut name = String::new();
        loop {
            match self.chars.next() {
                None => return Err(self.error("the quote that opened this name is not closed")),
                Some((_, '"')) => return Ok(name),
                Some((_, '\\')) => name.push(self.escape()?),
                Some((_, c)) => name.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        match self.chars.next().map(|(_, c)| c) {
            Some('n') => Ok('\n'),
            Some('r') => Ok('\r'),
            Some('t') => Ok('\t'),
            Some('0') => Ok('\0'),
            Some(c @ ('"' | '\\' | '\'')) => Ok(c),
            Some('u') => self.unicode_escape(),
            _ => Err(self.error(r#"after `\` comes one of n, r, t, 0, \, ", ' or u{…}"#)),
        }
    }

    fn unicode_escape(&mut self) -> Result<char, Error> {
        let opens = self.skip('{');
        let mut digits = String::new();
        while let Some((_, c)) = self.chars.next_if(|&(_, c)| c.is_ascii_hexdigit()) {
            digits.push(c);
        }
        let closes = self.skip('}');
        let value = u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32);
        value
            .filter(|_| opens && closes)
            .ok_or_else(|| self.error(r"`\u{…}` holds the hexadecimal number of a character"))
    }

    fn end_of_step(&mut self) -> Result<(), Error> {
        if !self.is_at_end() && !self.peek().is_some_and(char::is_whitespace) {
            return Err(self.expected("a space after the step"));
        }
        self.skip_space();
        Ok(())
    }

    fn expected(&mut self, what: &str) -> Error {
        let found = match self.peek() {
            Some(c) => format!("`{c}`"),
            None => "the end of the line".to_owned(),
        };
        self.error(&format!("expected {what}, found {found}"))
    }

    fn error(&mut self, what: &str) -> Error {
        let before = self.position();
        let column = self.line[..before].chars().count() + 1;
        let text = format!(
            "not a schedule: {what} (column {column}); \
                 a schedule is written `thread1:marker1 thread2:marker2 …`"
        );
        Error::new(ErrorKind::BadSchedule, text)
    }
}
