//! A stretch of lexed source text that knows its place in the file.

use std::ops::Range;

use crate::lexer::lex;
use crate::position::Position;

/// Source text that starts at a known place in a file.
pub(crate) struct Text {
    content: String,
    start: Position,
    /// Where each line of the text starts.
    lines: Vec<usize>,
    comments: Vec<Range<usize>>,
    code: Vec<Range<usize>>,
}

/// A comment and what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    /// The comment with its slashes and stars, without the end of the line.
    pub(crate) text: String,
    pub(crate) start: Position,
    pub(crate) end: Position,
    /// Where the nearest code before it ends, and the nearest code after it starts.
    pub(crate) code_before: Option<Position>,
    pub(crate) code_after: Option<Position>,
    /// Whether the code after it closes the braces around it.
    pub(crate) closes: bool,
}

impl Comment {
    /// Whether there is code before it on its line.
    pub(crate) fn is_inline(&self) -> bool {
        self.code_before
            .is_some_and(|before| before.line == self.start.line)
    }
}

impl Text {
    /// Lexes `text`, which starts at `start` and holds `tokens`, given by their starts and ends in
    /// order. Like the compiler, it counts without a byte order mark and with plain line ends.
    pub(crate) fn new(text: &str, start: Position, tokens: &[(Position, Position)]) -> Self {
        let content = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let ends = content.match_indices('\n').map(|(end, _)| end + 1);
        let mut text = Text {
            start,
            lines: std::iter::once(0).chain(ends).collect(),
            comments: Vec::new(),
            code: Vec::new(),
            content,
        };
        let range = |&(start, end)| text.token(text.offset(start)?..text.offset(end)?);
        let tokens: Vec<_> = tokens.iter().filter_map(range).collect();
        (text.comments, text.code) = lex(&text.content, &tokens);
        text
    }

    /// `range`, if it holds a single token: not a doc comment, nor several lines that another macro
    /// gave as the span of a literal that it made.
    fn token(&self, range: Range<usize>) -> Option<Range<usize>> {
        let token = self.content.get(range.clone())?;
        let is_comment = token.starts_with("//") || token.starts_with("/*");
        let is_single = !token.contains('\n') || token.ends_with(['"', '#']);
        (!is_comment && is_single).then_some(range)
    }

    /// The first place after the text.
    pub(crate) fn end(&self) -> Position {
        self.position(self.content.len())
    }

    /// Whether the text from `start` to `end` is exactly `other`'s.
    pub(crate) fn agrees_with(&self, other: &Text) -> bool {
        let range = self.offset(other.start).zip(self.offset(other.end()));
        range.is_some_and(|(start, end)| self.content.get(start..end) == Some(&other.content))
    }

    /// Whether there is nothing but white space and comments between two places.
    pub(crate) fn is_blank(&self, from: Position, to: Position) -> bool {
        let Some((from, to)) = self.offset(from).zip(self.offset(to)) else {
            return false;
        };
        let next = self.code.partition_point(|run| run.end <= from);
        from <= to && self.code.get(next).is_none_or(|run| run.start >= to)
    }

    /// The comments, in order.
    pub(crate) fn comments(&self) -> impl Iterator<Item = Comment> {
        self.comments.iter().map(|range| self.comment(range))
    }

    fn comment(&self, range: &Range<usize>) -> Comment {
        let next = self.code.partition_point(|run| run.start < range.start);
        let (before, after) = self.code.split_at(next);
        Comment {
            text: self.content[range.clone()].to_owned(),
            start: self.position(range.start),
            end: self.position(range.end),
            code_before: before.last().map(|run| self.position(run.end)),
            code_after: after.first().map(|run| self.position(run.start)),
            closes: after
                .first()
                .is_none_or(|run| self.content[run.start..].starts_with('}')),
        }
    }

    fn position(&self, offset: usize) -> Position {
        let line = self.lines.partition_point(|&start| start <= offset) - 1;
        let characters = self.content[self.lines[line]..offset].chars().count();
        Position {
            line: self.start.line + line,
            column: characters + self.first_column(line),
        }
    }

    fn offset(&self, place: Position) -> Option<usize> {
        let line = place.line.checked_sub(self.start.line)?;
        let start = *self.lines.get(line)?;
        let characters = place.column.checked_sub(self.first_column(line))?;
        let next = self.content[start..].char_indices().nth(characters);
        let end = (self.end() == place).then_some(self.content.len());
        next.map(|(at, _)| start + at).or(end)
    }

    /// The column at which a line of the text starts: 1, except in the first.
    fn first_column(&self, line: usize) -> usize {
        if line == 0 { self.start.column } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: usize, column: usize) -> Position {
        Position { line, column }
    }

    fn text(content: &str, start: Position) -> Text {
        Text::new(content, start, &[])
    }

    #[test]
    fn places_count_lines_and_characters_from_the_start() {
        let text = text("{ größe(); // a\r\n  // b\r\n}", at(7, 5));
        let comments: Vec<_> = text.comments().collect();
        assert_eq!(comments[0].text, "// a");
        assert_eq!(comments[0].start, at(7, 16));
        assert_eq!(comments[0].code_before, Some(at(7, 15)));
        assert!(comments[0].is_inline());
        assert_eq!(comments[1].start, at(8, 3));
        assert_eq!(comments[1].code_after, Some(at(9, 1)));
        assert!(!comments[1].is_inline() && comments[1].closes);
        assert_eq!(text.end(), at(9, 2));
    }

    #[test]
    fn tokens_are_code_but_for_doc_comments_and_places_of_several_lines() {
        let content = "m! {\n\"//a\n//b\" ///c\n}";
        let place =
            |start: (usize, usize), end: (usize, usize)| (at(start.0, start.1), at(end.0, end.1));
        let whole = place((1, 1), (4, 2));
        let (string, doc) = (place((2, 1), (3, 5)), place((3, 6), (3, 10)));
        let text = Text::new(content, at(1, 1), &[whole, string, doc]);
        let comments: Vec<_> = text.comments().map(|comment| comment.text).collect();
        assert_eq!(comments, ["///c"]);
    }

    #[test]
    fn a_gap_is_blank_when_it_holds_no_code() {
        let text = text("a // x\n/* y */ b c", at(1, 1));
        assert!(text.is_blank(at(1, 2), at(2, 9)));
        assert!(!text.is_blank(at(1, 1), at(2, 9)));
        assert!(!text.is_blank(at(1, 2), at(2, 11)));
        assert!(!text.is_blank(at(9, 1), at(9, 2)), "beyond the text");
    }

    #[test]
    fn a_part_agrees_with_the_whole_only_at_its_own_place() {
        let whole = text("\u{feff}fn f()\r\n{ x }\r\n", at(1, 1));
        assert!(whole.agrees_with(&text("{ x }", at(2, 1))));
        assert!(!whole.agrees_with(&text("{ x }", at(1, 1))));
        assert!(!whole.agrees_with(&text("{ y }", at(2, 1))));
    }
}
