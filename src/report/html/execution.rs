//! The page of one execution.

use super::escape::Escaped;
use super::steps::{Ending, StepTable};
use super::{page, told};
use crate::execution::Execution;

impl Execution {
    /// Returns the execution as a page to look at in a browser, as [`Report::to_html`](crate::Report::to_html) does
    /// of a report: its steps, and how it ended.
    ///
    /// With `INTERLACE_HTML=folder`, every [`replay`](crate::Explorer::replay) that fails writes such a page there,
    /// and the execution says where.
    ///
    /// ```
    /// use interlace::{Explorer, Schedule, marker};
    ///
    /// let execution = Explorer::new(|| ())
    ///     .thread("a<b", |()| { marker!("x"); panic!("out of luck") })
    ///     .replay(&Schedule::default());
    /// assert!(execution.to_html().contains("thread `a&lt;b` panicked: out of luck"));
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        self.page("")
    }

    /// The page, which says of which `search` it is.
    pub(in crate::report) fn page(&self, search: &str) -> String {
        let kind = self
            .failure_kind()
            .map(|kind| told(kind, self.earlier_panics()));
        let ending = self
            .failure_kind()
            .map(|kind| Ending::of(kind, self.timeline()));
        let table = StepTable {
            id: "minimal",
            label: "the steps of the execution",
            timeline: self.timeline(),
            ending,
        };
        let main = format!(
            "<div class=\"schedules\">\n<section>\n{table}</section>\n</div>\n<section>\n<h2>To see it again</h2>\n<pre>.replay(&amp;interlace::{})</pre>\n</section>",
            Escaped(self.schedule().to_rust())
        );
        page(
            kind.as_deref(),
            search,
            "interlace: one schedule was run",
            &main,
        )
    }
}
