//! The places of an item's tokens in the source, and the comments between them.
//!
//! Macros see tokens; comments are only in the source text. The compiler provides the text of
//! groups in braces. What lies between tokens outside of such groups (a signature, or the `$($t)*`
//! that was passed to a `macro_rules!` macro) is read from the file.

mod files;
mod marker_comment;
mod pieces;
mod tokens;

use std::cmp::Reverse;

use proc_macro2::{Span, TokenStream};
use syn::Error;

use crate::fallback::error_between;
use crate::position::{Position, just_after, just_before};
use files::Files;
pub(crate) use marker_comment::{MarkerComment, marker_text};
use pieces::{Piece, SourcePieces};
pub(crate) use tokens::{flatten, is_synthetic};

/// The source text of one item.
pub(crate) struct Source {
    /// Stretches of files that hold consecutive tokens of the item.
    pub(crate) regions: Vec<Piece>,
    /// The item's tokens in source order, region by region.
    pub(crate) tokens: Vec<Token>,
    /// Markers and comments that look like one, in order, each once.
    pub(crate) comments: Vec<MarkerComment>,
}

/// A stretch of one region of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Extent {
    pub(crate) region: usize,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

/// One token, or one delimiter, and its place.
pub(crate) struct Token {
    pub(crate) extent: Extent,
    pub(crate) span: Span,
    /// The character, if it is punctuation or a delimiter.
    pub(crate) sign: Option<char>,
}

impl Source {
    /// Reads the comments in and between the tokens of `item`.
    pub(crate) fn read(item: &TokenStream) -> Result<Self, Error> {
        let mut files = Files::of(item.clone());
        let regions = SourcePieces::of(item.clone(), &mut files)?;
        let mut comments = pieces::comments(&regions, &mut files)?;
        comments.retain(|found| marker_text(&found.comment).is_some());
        let mut source = Source {
            regions,
            tokens: Vec::new(),
            comments,
        };
        let mut tokens = Vec::new();
        flatten(item.clone(), &mut |span, sign| {
            let token = |extent| Token { extent, span, sign };
            tokens.extend(source.extent(span).map(token));
        });
        tokens.sort_by_key(|token| token.extent);
        source.tokens = tokens;
        Ok(source)
    }

    /// The place of `span`, in the smallest region around it.
    pub(crate) fn extent(&self, span: Span) -> Option<Extent> {
        let (start, end) = (Position::start(span), Position::end(span));
        let around = self.regions.iter().enumerate().filter(|(_, region)| {
            region.start <= start && end <= region.end && region.file == span.file()
        });
        let (region, _) = around.max_by_key(|(_, region)| (region.start, Reverse(region.end)))?;
        Some(Extent { region, start, end })
    }

    /// Makes an error that points at `found`; `message` gets its file, line and column.
    ///
    /// Comments have no spans, but the gap between the tokens around one has.
    pub(crate) fn error(&self, found: &MarkerComment, message: impl Fn(String) -> String) -> Error {
        let (before, after) = self.around(found);
        let (before, after) = (before.map(just_after), after.map(just_before));
        let from = before.or(after).unwrap_or_else(Span::call_site);
        let is_inline = found.comment.is_inline();
        let to = after.filter(|_| !is_inline).unwrap_or(from);
        let Position { line, column } = found.comment.start;
        let file = &self.regions[found.region].file;
        error_between(from, to, message(format!("{file}:{line}:{column}")))
    }

    /// The tokens before and after a comment.
    pub(crate) fn around(&self, found: &MarkerComment) -> (Option<Span>, Option<Span>) {
        let is_here = |t: &&Token| t.extent.region == found.region;
        let mut here = self.tokens.iter().filter(is_here);
        let before = here.clone().rfind(|t| t.extent.end <= found.comment.start);
        let after = here.find(|t| t.extent.start >= found.comment.end);
        (before.map(|t| t.span), after.map(|t| t.span))
    }
}

#[cfg(test)]
mod tests;
