//! The table of outcomes.

use std::fmt;

use super::super::Report;
use super::escape::Escaped;

/// The outcomes of a search, with how many ended in each, and a schedule that does.
pub(super) struct OutcomeTable<'a>(pub(super) &'a Report);

impl fmt::Display for OutcomeTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.0;
        if report.outcomes.is_empty() && report.allowed.is_empty() {
            return Ok(());
        }
        f.write_str(
            "<section>\n<h2>Outcomes</h2>\n<table class=\"outcomes\">\n<thead><tr>\
             <th scope=\"col\" class=\"number\">executions</th><th scope=\"col\" class=\"number\">failed</th>\
             <th scope=\"col\">outcome</th><th scope=\"col\">a schedule that ends so</th></tr></thead>\n<tbody>\n",
        )?;
        for (text, summary) in &report.outcomes {
            let class = if summary.failing > 0 {
                " class=\"failed\""
            } else {
                ""
            };
            write!(
                f,
                "<tr{class}><td class=\"number\">{}</td><td class=\"number\">{}</td><td><code>{}</code></td>",
                summary.count,
                summary.failing,
                Escaped(text)
            )?;
            if summary.example.is_empty() {
                writeln!(f, "<td>(no step forced)</td></tr>")?;
            } else {
                writeln!(
                    f,
                    "<td><code>{}</code></td></tr>",
                    Escaped(&summary.example)
                )?;
            }
        }
        if report.is_exhaustive() {
            for text in report.unseen_outcomes() {
                writeln!(
                    f,
                    "<tr><td class=\"number\">0</td><td></td><td><code>{}</code></td><td>allowed, and never seen</td></tr>",
                    Escaped(text)
                )?;
            }
        }
        f.write_str("</tbody>\n</table>\n</section>\n")
    }
}
