//! How to keep a failure of an instrumented build: by markers, and a test for any build.

use std::fmt::{self, Write as _};

use super::markers::{MarkerLine, markers};
use super::regression::{Call, marked_test};
use crate::timeline::Columns;

/// Empty for a failure of another build.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Kept {
    pub(super) markers: Vec<MarkerLine>,
    /// Which of them the test has in its own code.
    pub(super) are_copied: Vec<bool>,
    pub(super) test: String,
    /// Why markers cannot do it.
    pub(super) obstacle: String,
}

impl Kept {
    pub(super) fn of(columns: &Columns, call: Call) -> Self {
        match markers(columns) {
            Ok(marked) => {
                let (test, are_copied) = marked_test(&marked.schedule, &marked.lines, call);
                Kept {
                    markers: marked.lines,
                    are_copied,
                    test,
                    obstacle: String::new(),
                }
            }
            Err(obstacle) => Kept {
                obstacle,
                ..Kept::default()
            },
        }
    }
}

/// What to do, and the test if there is one; nothing for another build.
impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.advice(), self.test)
    }
}

impl Kept {
    /// What to do, up to the test.
    pub(super) fn advice(&self) -> String {
        if !self.obstacle.is_empty() {
            let obstacle = &self.obstacle;
            return format!(
                "\nmarkers cannot keep this as a test of a plain `cargo test`:\n{obstacle}\n"
            );
        }
        if self.test.is_empty() {
            return String::new();
        }
        let written = self.markers.iter().zip(&self.are_copied);
        let written: Vec<&MarkerLine> = written.filter(|it| !it.1).map(|it| it.0).collect();
        let mut advice = "\nTo keep this as a test of a plain `cargo test`, ".to_owned();
        match written.len() {
            0 => {}
            1 => advice += "write this marker, in a function under\n",
            _ => advice += "write these markers, in functions under\n",
        }
        if !written.is_empty() {
            advice += "`#[cfg_attr(test, interlace::trace)]`:\n";
            for MarkerLine {
                file,
                line,
                source,
                name,
            } in &written
            {
                let _ = write!(advice, "\n  {file}:{line}: {source}  // interlace: {name}");
            }
            advice += "\n\nand ";
        }
        advice + "paste this test beside the one that found this:\n\n"
    }
}
