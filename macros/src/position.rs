//! Lines and columns, as people and the compiler count them.

use proc_macro2::{LineColumn, Span};

/// A place in a file; lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    /// Where `span` starts.
    pub(crate) fn start(span: Span) -> Self {
        Position::of(span.start())
    }

    /// Where `span` ends.
    pub(crate) fn end(span: Span) -> Self {
        Position::of(span.end())
    }

    fn of(place: LineColumn) -> Self {
        Position {
            line: place.line,
            column: place.column + 1,
        }
    }
}

/// The empty span just before `span`; outside of a compiler, which alone can make one, `span`
/// itself.
pub(crate) fn just_before(span: Span) -> Span {
    if proc_macro::is_available() {
        span.unwrap().start().into()
    } else {
        span
    }
}

/// The empty span just after `span`; outside of a compiler, which alone can make one, `span`
/// itself.
pub(crate) fn just_after(span: Span) -> Span {
    if proc_macro::is_available() {
        span.unwrap().end().into()
    } else {
        span
    }
}
