//! Where an item's tokens stand in the source, and the comments that stand between them.
//!
//! A macro sees tokens; comments are only in the text. The text of a group in braces is to be had
//! from the compiler. What stands between tokens that are in no such group (a signature, or the
//! `$($t)*` that a `macro_rules!` macro was given) is read from the file.

mod files;
mod pieces;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::Error;

use crate::fallback::error_between;
use crate::position::{Position, just_after, just_before};
use crate::text::Comment;
use files::Files;
use pieces::Pieces;

/// What the source text says of one item.
pub(crate) struct Source {
    pub(crate) regions: Vec<Region>,
    /// The item's tokens in the order they stand in the source, region by region.
    pub(crate) tokens: Vec<Token>,
    /// Markers and what looks like one, in order; each once.
    pub(crate) comments: Vec<Found>,
}

/// A stretch of a file that holds tokens of the item one after the other.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) file: String,
    pub(crate) start: Position,
    pub(crate) end: Position,
}

/// One token, or one delimiter, and its place.
pub(crate) struct Token {
    pub(crate) region: usize,
    pub(crate) start: Position,
    pub(crate) end: Position,
    pub(crate) span: Span,
    /// The sign that it is, if it is one.
    pub(crate) sign: Option<char>,
}

/// A comment and the region that it stands in.
pub(crate) struct Found {
    pub(crate) region: usize,
    pub(crate) comment: Comment,
}

impl Source {
    /// Reads the comments in and between the tokens of `item`.
    pub(crate) fn read(item: &TokenStream) -> Result<Self, Error> {
        let mut files = Files::of(item.clone());
        let pieces = Pieces::of(item.clone(), &files)?.join(&mut files);
        let mut comments = pieces.comments(&mut files)?;
        comments.retain(|found| marker_text(&found.comment).is_some());
        let mut source = Source {
            regions: pieces.into_regions(),
            tokens: Vec::new(),
            comments,
        };
        if !source.comments.is_empty() {
            source.place(item.clone());
            source.tokens.sort_by_key(|t| (t.region, t.start, t.end));
        }
        Ok(source)
    }

    /// The region that `span` stands in: the smallest, should there be several.
    pub(crate) fn region(&self, span: Span) -> Option<usize> {
        let (start, end) = (Position::start(span), Position::end(span));
        let around = |region: &&Region| region.start <= start && end <= region.end;
        let mut candidates = self.regions.iter().filter(around).peekable();
        candidates.peek()?;
        let file = span.file();
        let smallest = candidates
            .filter(|region| region.file == file)
            .max_by_key(|region| (region.start, std::cmp::Reverse(region.end)))?;
        self.regions.iter().position(|r| std::ptr::eq(r, smallest))
    }

    fn place(&mut self, tokens: TokenStream) {
        flatten(tokens, &mut |span, sign| {
            if let Some(region) = self.region(span) {
                self.tokens.push(Token {
                    region,
                    start: Position::start(span),
                    end: Position::end(span),
                    span,
                    sign,
                });
            }
        });
    }

    /// Makes an error that points at `found`.
    ///
    /// There is no span of a comment, but there is one of the gap between the tokens around it.
    pub(crate) fn error(&self, found: &Found, message: impl std::fmt::Display) -> Error {
        let (before, after) = self.around(found);
        let before = before.map(just_after);
        let after = after.map(just_before);
        let from = before.or(after).unwrap_or_else(Span::call_site);
        let to = if found.comment.is_inline() {
            from
        } else {
            after.unwrap_or(from)
        };
        error_between(from, to, message)
    }

    /// The tokens before and after a comment.
    pub(crate) fn around(&self, found: &Found) -> (Option<Span>, Option<Span>) {
        let here = self.tokens.iter().filter(|t| t.region == found.region);
        let before = here.clone().rfind(|t| t.end <= found.comment.start);
        let after = here.clone().find(|t| t.start >= found.comment.end);
        (before.map(|t| t.span), after.map(|t| t.span))
    }

    /// How people name the place of `found`: file, line and column.
    pub(crate) fn name_of_place(&self, found: &Found) -> String {
        let Position { line, column } = found.comment.start;
        format!("{}:{line}:{column}", self.regions[found.region].file)
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
    let mut words = rest.split_whitespace().skip(1);
    let is_single = rest.starts_with(' ') && words.all(|word| word.contains('('));
    let is_near = rest.trim_start().starts_with(':') || is_single;
    (start.eq_ignore_ascii_case("interlace") && is_near).then(|| {
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
