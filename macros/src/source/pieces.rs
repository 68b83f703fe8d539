//! The item's tokens as pieces of source text: groups whose text is known, and single tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::Error;

use super::files::Files;
use super::{Found, Region, is_synthetic};
use crate::fallback::error_between;
use crate::position::Position;
use crate::text::{Comment, Text};

/// The pieces in the order of the tokens.
pub(super) struct Pieces {
    pieces: Vec<Piece>,
}

/// What was found out about the groups in braces.
struct Bodies<'a> {
    files: &'a Files,
    /// Whether any of what is in them stands in the source.
    is_read: bool,
    /// The first of which there is no text.
    unread: Option<Span>,
}

/// Tokens that stand one after the other in a file.
struct Piece {
    file: String,
    start: Position,
    end: Position,
    /// The first token's span and the last one's.
    first: Span,
    last: Span,
    /// The texts of its groups.
    texts: Vec<Text>,
    /// Whether it stands in braces of the item, where a comment might gate something.
    in_braces: bool,
    /// Whether the file told what stands between its tokens.
    is_whole: bool,
}

impl Pieces {
    /// Takes the tokens apart. A group whose text can be had is one piece.
    pub(super) fn of(item: TokenStream, files: &Files) -> Result<Self, Error> {
        let mut pieces = Pieces { pieces: Vec::new() };
        let mut bodies = Bodies {
            files,
            is_read: false,
            unread: None,
        };
        pieces.add(item, false, &mut bodies);
        match bodies.unread {
            Some(span) if !bodies.is_read => Err(unreadable(span, span)),
            _ => Ok(pieces),
        }
    }

    fn add(&mut self, tokens: TokenStream, in_braces: bool, bodies: &mut Bodies<'_>) {
        for token in tokens {
            if let TokenTree::Group(group) = &token {
                self.add_group(group, in_braces, bodies);
            } else {
                bodies.is_read |= in_braces && !bodies.is_read && !is_synthetic(&token);
                self.add_piece(Piece::new(token.span(), token.span(), in_braces));
            }
        }
    }

    fn add_group(&mut self, group: &Group, in_braces: bool, bodies: &mut Bodies<'_>) {
        let is_brace = group.delimiter() == Delimiter::Brace;
        let mut piece = Piece::new(group.span_open(), group.span_close(), in_braces);
        if !self.pieces.iter().any(|known| known.has_text_of(&piece)) {
            let text = text_of(group, bodies.files);
            if is_brace {
                bodies.is_read |= text.is_some();
                bodies.unread = bodies.unread.or(text.is_none().then(|| group.span()));
            }
            if let Some(text) = text {
                piece.texts.push(text);
                self.pieces.push(piece);
            }
        }
        self.add(group.stream(), in_braces || is_brace, bodies);
    }

    /// Adds a piece unless one that is there already holds it.
    fn add_piece(&mut self, piece: Piece) {
        if !self.pieces.iter().any(|known| known.holds(&piece)) {
            self.pieces.push(piece);
        }
    }

    /// Joins neighbours between which the file has nothing but comments and white space.
    pub(super) fn join(self, files: &mut Files) -> Self {
        let mut joined: Vec<Piece> = Vec::new();
        for piece in self.pieces {
            piece.compare(files);
            let text = files.get(&piece.file, piece.first);
            match joined.last_mut() {
                Some(last) if last.leads_to(&piece, text) => last.extend(piece, text.is_some()),
                _ => joined.push(piece),
            }
        }
        Pieces { pieces: joined }
    }

    /// The comments in the pieces, and those between a piece and the code around it.
    pub(super) fn comments(&self, files: &mut Files) -> Result<Vec<Found>, Error> {
        let mut all: Vec<Found> = Vec::new();
        for (region, piece) in self.pieces.iter().enumerate() {
            let comments: Vec<Comment> = match files.get(&piece.file, piece.first) {
                Some(text) => text
                    .comments()
                    .filter(|comment| piece.owns(comment))
                    .collect(),
                None if !piece.is_whole && piece.in_braces => {
                    return Err(unreadable(piece.first, piece.last));
                }
                None => piece.texts.iter().flat_map(Text::comments).collect(),
            };
            all.extend(
                comments
                    .into_iter()
                    .map(|comment| Found { region, comment }),
            );
        }
        let place = |found: &Found| (self.pieces[found.region].file.clone(), found.comment.start);
        all.sort_by_key(|found| {
            let piece = &self.pieces[found.region];
            // Of several pieces that claim a comment, the smallest around it has it.
            let around = piece.start <= found.comment.start && found.comment.end <= piece.end;
            (place(found), !around, std::cmp::Reverse(piece.start))
        });
        all.dedup_by_key(|found| place(found));
        Ok(all)
    }

    pub(super) fn into_regions(self) -> Vec<Region> {
        let region = |piece: Piece| Region {
            file: piece.file,
            start: piece.start,
            end: piece.end,
        };
        self.pieces.into_iter().map(region).collect()
    }
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

    fn has_text_of(&self, other: &Piece) -> bool {
        !self.texts.is_empty() && self.holds(other)
    }

    /// Distrusts the file if it is not what the compiler read.
    fn compare(&self, files: &mut Files) {
        let Some(text) = files.get(&self.file, self.first) else {
            return;
        };
        if !self.texts.iter().all(|own| text.agrees_with(own)) {
            files.distrust(&self.file);
        }
    }

    /// Whether `next` follows in the source with no code between.
    fn leads_to(&self, next: &Piece, text: Option<&Text>) -> bool {
        self.file == next.file
            && self.end <= next.start
            && match text {
                Some(text) => text.is_blank(self.end, next.start),
                // Without the file's text there may be comments between; there is no code
                // between two neighbours of a signature, whatever else it holds.
                None => true,
            }
    }

    fn extend(&mut self, next: Piece, is_known: bool) {
        self.is_whole &= next.is_whole && (is_known || self.end.line == next.start.line);
        self.end = next.end;
        self.last = next.last;
        self.in_braces |= next.in_braces;
        self.texts.extend(next.texts);
    }

    /// Whether a comment of the file stands in this piece or next to it. Outside the item's braces
    /// what comes before it, and what comes on the lines after it, belongs to others.
    fn owns(&self, comment: &Comment) -> bool {
        let inside = self.start <= comment.start && comment.end <= self.end;
        let leads = comment.code_after == Some(self.start);
        let trails = comment.code_before == Some(self.end);
        inside || leads && self.in_braces || trails && (self.in_braces || comment.is_inline())
    }
}

/// The text of a group in delimiters, unless another macro made it.
fn text_of(group: &Group, files: &Files) -> Option<Text> {
    let (open, close) = match group.delimiter() {
        Delimiter::Brace => ('{', '}'),
        Delimiter::Parenthesis => ('(', ')'),
        Delimiter::Bracket => ('[', ']'),
        Delimiter::None => return None,
    };
    let source = group.span().source_text()?;
    let is_group = source.len() > 1 && source.starts_with(open) && source.ends_with(close);
    let text = files.lex(&group.span().file(), &source, Position::start(group.span()));
    (is_group && text.end() == Position::end(group.span())).then_some(text)
}

fn unreadable(from: Span, to: Span) -> Error {
    error_between(
        from,
        to,
        "the source text cannot be read here, so comments cannot be turned into markers: \
         another macro made this code; use `interlace::marker!` in it instead",
    )
}
