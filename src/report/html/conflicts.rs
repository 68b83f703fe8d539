//! The conflicts on which a failure depends: a list, from which the page draws arrows.

use std::fmt;

use super::super::Failure;
use super::escape::Escaped;
use crate::failure::{Conflict, ConflictingStep};
use crate::timeline::{Timeline, TimelineStep};

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
            match ends(conflict, &self.0.timeline) {
                Some((from, to, name)) => writeln!(
                    f,
                    "<li data-from=\"minimal-{from}\" data-to=\"minimal-{to}\">{} \
                     <a href=\"#minimal-{from}\">step {from}</a>, <a href=\"#minimal-{to}\">{name}</a></li>",
                    Escaped(conflict)
                )?,
                None => writeln!(f, "<li>{}</li>", Escaped(conflict))?,
            }
        }
        f.write_str("</ul>\n</section>\n")
    }
}

/// The number of the first step, from 1; then where the arrow from there ends, and what that is called. Of several
/// steps that could be meant, those nearest to each other are taken.
fn ends(conflict: &Conflict, timeline: &Timeline) -> Option<(usize, String, String)> {
    let (mut first, mut nearest) = (None, None);
    for (number, step) in (1..).zip(timeline.steps()) {
        if let (true, Some(from)) = (is(step, &conflict.second), first)
            && nearest.is_none_or(|(known, to)| number - from < to - known)
        {
            nearest = Some((from, number));
        }
        if is(step, &conflict.first) {
            first = Some(number);
        }
    }
    if conflict.has_second {
        return nearest.map(|(from, to)| (from, to.to_string(), format!("step {to}")));
    }
    // The thread had not come there yet: the arrow ends where that stood at the end.
    let mut column = timeline.threads();
    let column = column.position(|name| *name == *conflict.second.thread);
    let (from, column) = (first?, column?);
    Some((from, format!("end-{column}"), "the end".to_owned()))
}

/// Whether a step may be the one that is meant. Where it is called from may be told in place of where it is.
fn is(step: &TimelineStep, of: &ConflictingStep) -> bool {
    step.thread == of.thread && step.kind == of.kind && step.marker.name == of.marker.name
}
