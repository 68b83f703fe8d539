//! The conflicts on which a failure depends: a list, from which the page draws arrows.

use std::fmt;

use super::super::Failure;
use super::escape::Escaped;
use crate::failure::{Conflict, ConflictingStep};
use crate::timeline::TimelineStep;

/// The conflicts of a failure. Each says between which steps of the table `minimal` it is.
pub(super) struct ConflictList<'a>(pub(super) &'a Failure);

impl fmt::Display for ConflictList<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let conflicts = self.0.conflicts();
        if conflicts.is_empty() {
            return Ok(());
        }
        f.write_str(
            "<section>\n<h2>Why</h2>\n<p class=\"note\">It holds if these conflicting steps, which arrows join, come \
             the other way round.</p>\n<ul class=\"conflicts\">\n",
        )?;
        for conflict in conflicts {
            match steps_of(conflict, self.0.timeline.steps()) {
                Some((from, to)) => writeln!(
                    f,
                    "<li data-from=\"minimal-{from}\" data-to=\"minimal-{to}\">{} \
                     <a href=\"#minimal-{from}\">step {from}</a>, <a href=\"#minimal-{to}\">step {to}</a></li>",
                    Escaped(conflict)
                )?,
                None => writeln!(f, "<li>{}</li>", Escaped(conflict))?,
            }
        }
        f.write_str("</ul>\n</section>\n")
    }
}

/// The numbers, from 1, of the two steps; of several that could be meant, those nearest to each other.
fn steps_of(conflict: &Conflict, steps: &[TimelineStep]) -> Option<(usize, usize)> {
    if !conflict.has_second {
        return None;
    }
    // Where a step is called from may be told in place of where it is.
    let is = |step: &TimelineStep, of: &ConflictingStep| {
        step.thread == of.thread && step.kind == of.kind && step.marker.name == of.marker.name
    };
    let mut first = None;
    let mut nearest: Option<(usize, usize)> = None;
    for (number, step) in (1..).zip(steps) {
        if let (true, Some(from)) = (is(step, &conflict.second), first)
            && nearest.is_none_or(|(known, to)| number - from < to - known)
        {
            nearest = Some((from, number));
        }
        if is(step, &conflict.first) {
            first = Some(number);
        }
    }
    nearest
}
