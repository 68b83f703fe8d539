//! How to keep a failure of an instrumented build: by markers, and a test for any build.

use std::fmt;

use super::marker_home::Home;
use super::markers::{MarkerLine, markers};
use super::regression::{Call, marked_test};
use crate::execution::Record;
use crate::timeline::{CallLines, Columns};

/// Empty for a failure of another build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) markers: Vec<MarkerLine>,
    /// Where each of them is.
    pub(super) homes: Vec<Home>,
    pub(super) test: String,
    /// Whether the test stops threads later than the minimal schedule does.
    pub(super) is_later: bool,
    /// Why markers cannot do it.
    pub(super) obstacle: String,
}

impl Kept {
    pub(super) fn of(columns: &Columns, lines: &CallLines, call: Call) -> Self {
        match markers(columns, lines) {
            Ok(marked) => {
                let (test, homes) = marked_test(&marked.schedule, &marked.lines, call);
                Kept {
                    markers: marked.lines,
                    homes,
                    test,
                    ..Kept::default()
                }
            }
            Err(obstacle) => Kept {
                obstacle,
                ..Kept::default()
            },
        }
    }

    /// Of the same failure with threads stopped later.
    pub(super) fn later(failing: &Record, forced: usize, call: Call) -> Self {
        let (columns, lines) = failing.columns(forced);
        let is_later = true;
        Kept {
            is_later,
            ..Kept::of(&columns, &lines, call)
        }
    }

    /// What to do, up to the test.
    pub(super) fn advice(&self) -> String {
        let text = self.to_string();
        let advice = text.strip_suffix(&self.test).unwrap_or(&text);
        advice.to_owned()
    }

    fn of_home(&self, home: Home) -> Vec<&MarkerLine> {
        let markers = self.markers.iter().zip(&self.homes);
        let there = markers.filter(|it| *it.1 == home);
        there.map(|it| it.0).collect()
    }

    /// The markers to write, each with where it goes.
    fn fmt_markers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for home in [Home::Crate, Home::Workspace, Home::Package] {
            let mut markers = self.of_home(home);
            while let Some(first) = markers.first() {
                let package = &*first.package;
                let (those, others): (Vec<_>, Vec<_>) =
                    markers.into_iter().partition(|it| it.package == package);
                let (markers_there, functions) = match those.len() {
                    1 => ("this marker", "a function"),
                    _ => ("these markers", "functions"),
                };
                write!(f, "write {markers_there}, in {functions} under\n`")?;
                match home {
                    Home::Package => writeln!(f, "#[interlace::trace]` of a copy of {package}:")?,
                    Home::Workspace => f.write_str("#[interlace::trace]`:\n")?,
                    _ => f.write_str("#[cfg_attr(test, interlace::trace)]`:\n")?,
                }
                those.iter().try_for_each(|marker| fmt_marker(f, marker))?;
                match home {
                    Home::Package => fmt_copy(f, package)?,
                    Home::Workspace => f.write_str(
                        "\n\n(the package of that file then depends on interlace-explorer, not only its tests)",
                    )?,
                    _ => {}
                }
                f.write_str("\n\nand ")?;
                markers = others;
            }
        }
        Ok(())
    }
}

fn fmt_marker(f: &mut fmt::Formatter<'_>, marker: &MarkerLine) -> fmt::Result {
    let MarkerLine {
        file,
        line,
        source,
        name,
        ..
    } = marker;
    write!(f, "\n  {file}:{line}: {source}  // interlace: {name}")
}

/// How to make a copy of a package in which markers can be written.
fn fmt_copy(f: &mut fmt::Formatter<'_>, package: &str) -> fmt::Result {
    let is_version = |it: &str| it.starts_with(|it: char| it.is_ascii_digit());
    let dashes = package.match_indices('-').map(|(at, _)| at);
    let mut before = dashes.filter(|at| is_version(&package[at + 1..]));
    let name = before.next().map_or(package, |at| &package[..at]);
    write!(
        f,
        "\n\n(the copy is beside your Cargo.toml, and depends on interlace-explorer; your Cargo.toml says\n\
         `[patch.crates-io]` and `{name} = {{ path = \"{package}\" }}`: docs/instrumented.md has the commands)"
    )
}

/// What to do, up to the test if there is one; nothing for another build.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.obstacle.is_empty() {
            return writeln!(
                f,
                "\nmarkers cannot keep this as a test of a plain `cargo test`:\n{}",
                self.obstacle
            );
        }
        if self.test.is_empty() {
            return Ok(());
        }
        f.write_str("\nTo keep this as a test of a plain `cargo test`, ")?;
        self.fmt_markers(f)?;
        f.write_str("paste this test beside the one that found this")?;
        if self.is_later {
            f.write_str(
                ".\nIt stops threads a little later than above, where a line begins, and was seen to fail alike",
            )?;
        }
        write!(f, ":\n\n{}", self.test)
    }
}
