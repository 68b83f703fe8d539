//! The item's tokens as pieces of source text: groups whose text is known, and single tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::Error;

use super::files::Files;
use super::{MarkerComment, is_synthetic};
use crate::fallback::error_between;
use crate::position::Position;
use crate::text::{Comment, Text};

/// Consecutive tokens of the item in one file.
pub(crate) struct Piece {
    pub(crate) file: String,
    pub(crate) start: Position,
    pub(crate) end: Position,
    /// The spans of the first token and the last.
    first: Span,
    last: Span,
    /// The texts of its groups.
    texts: Vec<Text>,
    /// Whether it lies in braces of the item, where a comment might gate something.
    in_braces: bool,
    /// Whether the file shows what lies between its tokens.
    is_whole: bool,
}

/// The pieces so far, in the order of the tokens.
pub(super) struct SourcePieces<'a> {
    pieces: Vec<Piece>,
    files: &'a mut Files,
    /// Whether the source contains anything that is in braces.
    has_source: bool,
    /// The first braces without a text.
    unread: Option<Span>,
}

impl<'a> SourcePieces<'a> {
    /// Takes `item` apart: a group with a known text is one piece. Then joins neighbours with only
    /// comments and white space between them in the file.
    pub(super) fn of(item: TokenStream, files: &'a mut Files) -> Result<Vec<Piece>, Error> {
        let mut all = SourcePieces {
            pieces: Vec::new(),
            files,
            has_source: false,
            unread: None,
        };
        all.add(item, false);
        match all.unread {
            Some(span) if !all.has_source => Err(unreadable(span, span)),
            _ => Ok(all.join()),
        }
    }

    fn add(&mut self, tokens: TokenStream, in_braces: bool) {
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                self.add_group(group, in_braces);
                continue;
            }
            self.has_source |= in_braces && !self.has_source && !is_synthetic(&token);
            let piece = Piece::new(token.span(), token.span(), in_braces);
            if !self.pieces.iter().any(|known| known.holds(&piece)) {
                self.pieces.push(piece);
            }
        }
    }

    fn add_group(&mut self, group: &Group, in_braces: bool) {
        let is_brace = group.delimiter() == Delimiter::Brace;
        let mut piece = Piece::new(group.span_open(), group.span_close(), in_braces);
        let is_known = |known: &Piece| !known.texts.is_empty() && known.holds(&piece);
        if !self.pieces.iter().any(is_known) {
            let text = text_of(group, self.files);
            if is_brace {
                self.has_source |= text.is_some();
                self.unread = self.unread.or(text.is_none().then(|| group.span()));
            }
            if let Some(text) = text {
                piece.texts.push(text);
                self.pieces.push(piece);
            }
        }
        self.add(group.stream(), in_braces || is_brace);
    }

    fn join(self) -> Vec<Piece> {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in self.pieces {
            piece.compare(self.files);
            let text = self.files.get(&piece.file, piece.first);
            match joined.last_mut() {
                Some(last) if last.leads_to(&piece, text) => last.extend(piece, text.is_some()),
                _ => joined.push(piece),
            }
        }
        joined
    }
}

/// The comments in and around the pieces, in order.
pub(super) fn comments(pieces: &[Piece], files: &mut Files) -> Result<Vec<MarkerComment>, Error> {
    let mut all: Vec<MarkerComment> = Vec::new();
    for (region, piece) in pieces.iter().enumerate() {
        let comments: Vec<Comment> = match files.get(&piece.file, piece.first) {
            Some(text) => text.comments().filter(|it| piece.owns(it)).collect(),
            None if !piece.is_whole && piece.in_braces => {
                return Err(unreadable(piece.first, piece.last));
            }
            None => piece.texts.iter().flat_map(Text::comments).collect(),
        };
        let found = |comment| MarkerComment { region, comment };
        all.extend(comments.into_iter().map(found));
    }
    let place = |it: &MarkerComment| (pieces[it.region].file.clone(), it.comment.start);
    all.sort_by_key(|it| {
        let piece = &pieces[it.region];
        // Of several pieces that own a comment, the smallest around it comes first.
        (
            place(it),
            !piece.is_around(&it.comment),
            std::cmp::Reverse(piece.start),
        )
    });
    all.dedup_by_key(|it| place(it));
    Ok(all)
}

impl Piece {
    fn new(first: Span, last: Span, in_braces: bool) -> Self {
        Piece {
            file: first.file(),
            start: Position::start(first),
            end: Position::end(last),
            first,
            last,
            texts: Vec::new(),
            in_braces,
            is_whole: true,
        }
    }

    fn holds(&self, other: &Piece) -> bool {
        self.start <= other.start && other.end <= self.end && self.file == other.file
    }

    /// Stops using the file if its contents are not what the compiler read.
    fn compare(&self, files: &mut Files) {
        let text = files.get(&self.file, self.first);
        if text.is_some_and(|text| !self.texts.iter().all(|own| text.agrees_with(own))) {
            files.distrust(&self.file);
        }
    }

    /// Whether `next` follows in the source with no code in between.
    fn leads_to(&self, next: &Piece, text: Option<&Text>) -> bool {
        // Without the file's text there may be comments in between, but never code: these are
        // neighbours in a signature.
        let is_blank = text.is_none_or(|text| text.is_blank(self.end, next.start));
        self.file == next.file && self.end <= next.start && is_blank
    }

    fn extend(&mut self, next: Piece, is_known: bool) {
        self.is_whole &= next.is_whole && (is_known || self.end.line == next.start.line);
        self.end = next.end;
        self.last = next.last;
        self.in_braces |= next.in_braces;
        self.texts.extend(next.texts);
    }

    fn is_around(&self, comment: &Comment) -> bool {
        self.start <= comment.start && comment.end <= self.end
    }

    /// Whether a comment of the file is in this piece or next to it. Outside the item's braces,
    /// what precedes the piece, and what follows on later lines, belongs to others.
    fn owns(&self, comment: &Comment) -> bool {
        let leads = comment.code_after == Some(self.start);
        let trails = comment.code_before == Some(self.end);
        self.is_around(comment)
            || leads && self.in_braces
            || trails && (self.in_braces || comment.is_inline())
    }
}

/// The text of a group with delimiters, unless another macro made it.
fn text_of(group: &Group, files: &Files) -> Option<Text> {
    let source = group.span().source_text()?;
    let is_group = source.starts_with(['{', '(', '[']) && source.ends_with(['}', ')', ']']);
    let text = files.lex(&group.span().file(), &source, Position::start(group.span()));
    let is_all = text.end() == Position::end(group.span());
    (group.delimiter() != Delimiter::None && is_group && is_all).then_some(text)
}

fn unreadable(from: Span, to: Span) -> Error {
    error_between(
        from,
        to,
        "the source text cannot be read here, so comments cannot be turned into markers: \
         another macro made this code; use `interlace::marker!` in it instead",
    )
}
