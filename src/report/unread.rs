//! Reports that nobody has looked at.

use super::{Call, Report};
use crate::must_use::MustUse;

impl Report {
    /// If it tells of a failure or an error, it panics when it is dropped before anybody has looked at it.
    pub(crate) fn must_be_read(mut self, call: Call) -> Self {
        let what = match (&self.failure, self.error()) {
            (Some(failure), _) => Some(("has found a failure", failure.kind().to_string())),
            (None, Some(error)) => Some(("has ended with an error", error.to_string())),
            (None, None) => None,
        };
        self.unread = what.map_or_else(MustUse::default, |(how, text)| {
            MustUse::or_tell(format!(
                "interlace: the search at {} {how}, and nobody has looked at its report: call `assert_ok`\n\n{text}",
                call.explored_at
            ))
        });
        self
    }

    /// The report, which somebody looks at.
    pub(super) fn looked_at(&self) -> &Self {
        self.unread.note_use();
        self
    }
}
