//! The text of a failure.

use std::fmt::{self, Write as _};

use super::Failure;
use crate::look::{Ink, Look};
use crate::timeline::Drawn;

/// What the asterisks of a timeline mean.
const FORCED: &str = "  (* forced by the schedule; from there, whoever ran last goes on until it ends or waits,\n  \
    then the others do in the order in which they were added)";

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(Look::PLAIN))
    }
}

impl Failure {
    pub(super) fn told(&self, look: Look) -> String {
        let prose = |text: &str| look.prose(None, text);
        let mut text = self.kind.told(look);
        text += "\n";
        text += &prose(&self.panics.to_string());
        let _ = write!(text, "\n{}\n", prose(&self.provenance()));
        let _ = write!(text, "\n{}\n", Drawn(&self.timeline, look));
        if self.schedule.is_empty() {
            text += &prose("\nschedule: (empty: it fails with no step forced)");
        } else {
            let schedule = look.labelled(Ink::Heading, &format!("schedule: {}", self.schedule));
            let forced = if look.wraps {
                FORCED.replace("\n  ", " ")
            } else {
                FORCED.to_owned()
            };
            let forced = look.prose(Some(Ink::Aside), &forced);
            let _ = write!(text, "{forced}\n\n{schedule}");
        }
        text += "\n";
        text += &prose(self.early());
        text += &look.headed(&self.conflicts.to_string());
        text += &look.headed(&self.kept.advice());
        if self.kept.test.is_empty() {
            let heading = "regression test, to paste beside the test that found this:";
            let _ = write!(
                text,
                "\n{}\n\n{}",
                look.prose(Some(Ink::Heading), heading),
                self.regression
            );
        }
        // It is to be pasted: whatever its width, its lines are as they are.
        text += &self.kept.test;
        text += &look.prose(Some(Ink::Warning), self.doubt());
        text
    }
}
