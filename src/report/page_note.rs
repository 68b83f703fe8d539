//! Where the page of a failure is.

use std::fmt;

/// What a report says of its page: where it is, or why it could not be written.
#[derive(Debug, Clone, Default)]
pub(crate) struct PageNote(pub(super) String);

/// Reports are equal wherever their pages are.
impl PartialEq for PageNote {
    fn eq(&self, _: &PageNote) -> bool {
        true
    }
}

/// A paragraph below the failure.
impl fmt::Display for PageNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
