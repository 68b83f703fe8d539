//! Where an item's tokens stand in the source, and the comments that stand between them.
//!
//! A macro sees tokens; comments are only in the text. The text of a group in braces is to be had
//! from the compiler. What stands between tokens that are in no such group (a signature, or the
//! `$($t)*` that a `macro_rules!` macro was given) is read from the file.

mod files;
mod pieces;

use std::cmp::Reverse;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::Error;

use crate::fallback::error_between;
use crate::position::{Position, just_after, just_before};
use crate::text::Comment;
use files::Files;
use pieces::{Piece, SourcePieces};

/// What the source text says of one item.
pub(crate) struct Source {
    /// Stretches of files that hold tokens of the item one after the other.
    pub(crate) regions: Vec<Piece>,
    /// The item's tokens in the order they stand in the source, region by region.
    pub(crate) tokens: Vec<Token>,
    /// Markers and what looks like one, in order; each once.
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
    /// The sign that it is, if it is one.
    pub(crate) sign: Option<char>,
}

/// A comment and the region that it stands in.
pub(crate) struct MarkerComment {
    pub(crate) region: usize,
    pub(crate) comment: Comment,
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

    /// Where `span` stands: in the smallest region, should there be several around it.
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
    /// There is no span of a comment, but there is one of the gap between the tokens around it.
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

/// What follows `interlace:` in a comment that is a marker, or what is wrong with one that only
/// looks like a marker; `None` for any other comment.
pub(crate) fn marker_text(comment: &Comment) -> Option<Result<&str, String>> {
    let comment = &*comment.text;
    let is_outer_doc = comment.starts_with("///") && !comment.starts_with("////");
    let text = comment.trim_start_matches('/').trim_start();
    if comment.starts_with("//") && !is_outer_doc && text.starts_with("interlace:") {
        return text.strip_prefix("interlace:").map(Ok);
    }
    let text = comment.trim_matches(['/', '*', '!']).trim();
    let (start, rest) = text.split_at_checked("interlace".len())?;
    let is_exact = start == "interlace" && rest.trim_start().starts_with(':');
    let mut words = rest.trim_start_matches([' ', ':']).split_whitespace();
    // More words than a name and what it reads are prose.
    let is_name = words.next().is_some() && words.all(|word| word.contains(['(', ')']));
    let is_ours = start.eq_ignore_ascii_case("interlace") && rest.starts_with([' ', ':']);
    (is_exact || is_ours && is_name).then(|| {
        Err("this is not a marker; write it as a line comment `// interlace: <name>`".to_owned())
    })
}

/// Calls `visit` with every token and delimiter, in order, and the sign that it is.
pub(crate) fn flatten(tokens: TokenStream, visit: &mut impl FnMut(Span, Option<char>)) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                let signs = match group.delimiter() {
                    Delimiter::Brace => Some(('{', '}')),
                    Delimiter::Parenthesis => Some(('(', ')')),
                    Delimiter::Bracket => Some(('[', ']')),
                    Delimiter::None => None,
                };
                if let Some((open, _)) = signs {
                    visit(group.span_open(), Some(open));
                }
                flatten(group.stream(), visit);
                if let Some((_, close)) = signs {
                    visit(group.span_close(), Some(close));
                }
            }
            TokenTree::Literal(literal) => visit(literal.span(), None),
            // Another macro gave it the place of more than itself.
            _ if token.span().start().line != token.span().end().line => {}
            TokenTree::Punct(punct) => visit(punct.span(), Some(punct.as_char())),
            TokenTree::Ident(ident) => visit(ident.span(), None),
        }
    }
}

/// Whether a token does not stand in the source where it says it does.
pub(crate) fn is_synthetic(token: &TokenTree) -> bool {
    match (token.span().source_text(), token) {
        // Such a group holds what a `macro_rules!` macro was given; look at that.
        (_, TokenTree::Group(group)) => {
            let first = group.stream().into_iter().next();
            group.delimiter() == Delimiter::None && first.as_ref().is_some_and(is_synthetic)
        }
        // A macro may have renamed it in place, as `async_trait` makes `self` into `__self`.
        (Some(text), TokenTree::Ident(ident)) => {
            ident.to_string().trim_start_matches('_') != text.trim_start_matches('_')
        }
        (Some(text), TokenTree::Punct(punct)) => !text.starts_with(punct.as_char()),
        (Some(_), TokenTree::Literal(_)) => false,
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests;
