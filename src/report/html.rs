//! A report as a page for a browser, which needs nothing besides itself.

mod conflicts;
mod escape;
mod execution;
mod outcomes;
mod source_lines;
mod steps;

use std::fmt::Write as _;

use super::display::Summary;
use super::{Failure, Report, plural};
use crate::failure::{EarlierPanics, FailureKind};
use conflicts::ConflictList;
use escape::Escaped;
use outcomes::OutcomeTable;
use steps::{Ending, StepTable};

impl Report {
    /// Returns the report as a page to look at in a browser: the steps of the failing execution in a column for
    /// each thread, with lines of code, where threads were stopped and which steps conflict; beside it the execution
    /// that failed first; and the outcomes. The page is in one piece, and loads nothing from elsewhere.
    ///
    /// With `INTERLACE_HTML=folder`, every `explore` that finds a failure writes such a page there, and the report
    /// says where. Lines of code are read when the page is made.
    ///
    /// ```
    /// use interlace::{Explorer, marker};
    ///
    /// let report = Explorer::new(|| ())
    ///     .thread("a<b", |()| { marker!("x"); panic!("out of luck") })
    ///     .explore();
    /// let page = report.to_html();
    /// assert!(page.starts_with("<!DOCTYPE html>"));
    /// assert!(page.contains("thread `a&lt;b` panicked: out of luck"));
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let kind = self.looked_at().failure.as_ref();
        let kind = kind.map(|it| told(&it.kind, &it.panics));
        let failure = self.failure.as_ref().map_or_else(String::new, section);
        let main = format!("{failure}{}", OutcomeTable(self));
        let search = self.origin.to_string();
        page(kind.as_deref(), &search, &Summary(self).to_string(), &main)
    }
}

/// How an execution failed, and the panics before.
fn told(kind: &FailureKind, panics: &EarlierPanics) -> String {
    format!("{kind}\n{panics}").trim_end().to_owned()
}

/// The page of a failure of this kind, or of none.
fn page(kind: Option<&str>, search: &str, summary: &str, main: &str) -> String {
    let title = kind.unwrap_or(summary).lines().next().unwrap_or_default();
    fill(include_str!("html/page.html"), |slot| match slot {
        "title" => Escaped(title).to_string(),
        "style" => include_str!("html/page.css").to_owned(),
        "script" => include_str!("html/page.js").to_owned(),
        "search" => Escaped(search).to_string(),
        "heading" => match kind {
            Some(kind) => heading(kind),
            None => "<h1>No failure</h1>".to_owned(),
        },
        "summary" => Escaped(summary).to_string(),
        _ => main.to_owned(),
    })
}

/// The failure: its first line, and what follows.
fn heading(kind: &str) -> String {
    let (first, rest) = kind.split_once('\n').unwrap_or((kind, ""));
    let mut heading = format!("<div class=\"kind\">\n<h1>{}</h1>\n", Escaped(first));
    if !rest.is_empty() {
        let _ = writeln!(heading, "<pre>{}</pre>", Escaped(rest));
    }
    heading + "</div>"
}

/// The template with a value in each place that is marked as `{{slot}}`. Values may have any text.
fn fill(template: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = template.split("{{");
    let mut page = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (slot, rest) = part.split_once("}}").expect("a slot has an end");
        page.extend([&value(slot), rest]);
    }
    page
}

/// All that is told of a failure besides its kind.
fn section(failure: &Failure) -> String {
    let minimal = StepTable {
        id: "minimal",
        label: "the schedule after shrinking",
        timeline: &failure.timeline,
        ending: Some(Ending::of(&failure.kind, &failure.timeline)),
    };
    let forced = plural(failure.schedule.len() as u64, "forced step");
    let preemptions = plural(failure.preemptions as u64, "preemption");
    let mut page = format!(
        "<p class=\"note\">{}</p>\n<div class=\"schedules\">\n<section>\n<h2>{forced}, {preemptions}</h2>\n\
         {minimal}</section>\n{}</div>\n{}",
        Escaped(failure.provenance()),
        found(failure),
        ConflictList(failure)
    );
    for note in [failure.early(), failure.doubt()] {
        if !note.is_empty() {
            let _ = writeln!(page, "<p class=\"note\">{}</p>", Escaped(note.trim()));
        }
    }
    let test = match &failure.kept {
        kept if kept.test.is_empty() => format!("{kept}\n{}", failure.regression),
        kept => kept.to_string(),
    };
    let schedule = if failure.schedule.is_empty() {
        "(empty: it fails with no step forced)".to_owned()
    } else {
        format!("<code>{}</code>", Escaped(&failure.schedule))
    };
    let _ = writeln!(
        page,
        "<section>\n<h2>To see it again</h2>\n<p class=\"note\">schedule: {schedule}</p>\n<pre>{}</pre>\n</section>",
        Escaped(test.trim())
    );
    page
}

/// The execution that failed first, unless it takes the same steps.
fn found(failure: &Failure) -> String {
    let steps = |timeline: &crate::timeline::Timeline| {
        let steps = timeline.steps().iter();
        let steps = steps.map(|step| (step.thread.clone(), step.marker.clone(), step.kind));
        steps.collect::<Vec<_>>()
    };
    if failure.found_schedule.is_empty()
        || steps(&failure.timeline) == steps(&failure.found_timeline)
    {
        return String::new();
    }
    let table = StepTable {
        id: "found",
        label: "the schedule before shrinking",
        timeline: &failure.found_timeline,
        ending: None,
    };
    let steps = plural(failure.found_schedule.len() as u64, "step");
    format!("<details>\n<summary>As it was found: {steps}</summary>\n{table}</details>\n")
}

#[cfg(test)]
mod tests;
