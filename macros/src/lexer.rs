//! Tells code from comments in Rust source text: text in, two lists of ranges out.

use std::ops::Range;

/// The parts of a text, as ranges of bytes, each list in order. What is in neither is white space,
/// a block comment or a doc comment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Lexed {
    /// Line comments, without the line's end. Doc comments are not among them.
    pub(crate) comments: Vec<Range<usize>>,
    /// Runs of code that nothing else interrupts.
    pub(crate) code: Vec<Range<usize>>,
}

/// Finds the line comments and the code in `text`. Any text will do: what is not Rust is code.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { text, at: 0 };
    let mut found = Lexed::default();
    while let Some(next) = lexer.peek() {
        let start = lexer.at;
        if next.is_whitespace() {
            lexer.skip(char::is_whitespace);
        } else if lexer.rest().starts_with("//") {
            lexer.skip(|c| c != '\n');
            let comment = text[start..lexer.at].trim_end_matches('\r');
            if !is_doc(comment) {
                found.comments.push(start..start + comment.len());
            }
        } else if lexer.rest().starts_with("/*") {
            lexer.block_comment();
        } else {
            lexer.token(next);
            match found.code.last_mut() {
                Some(run) if run.end == start => run.end = lexer.at,
                _ => found.code.push(start..lexer.at),
            }
        }
    }
    found
}

/// `///` and `//!` document, but four slashes do not.
fn is_doc(comment: &str) -> bool {
    comment.starts_with("//!") || comment.starts_with("///") && !comment.starts_with("////")
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, part: impl Fn(char) -> bool) {
        let rest = self.rest();
        self.at += rest.find(|c| !part(c)).unwrap_or(rest.len());
    }

    /// Goes past the next `end`, or to the end of the text.
    fn past(&mut self, end: &str) {
        let rest = self.rest();
        self.at += rest.find(end).map_or(rest.len(), |found| found + end.len());
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while !self.rest().is_empty() {
            if self.rest().starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if self.rest().starts_with("*/") {
                depth -= 1;
                self.at += 2;
            } else {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
            if depth == 0 {
                break;
            }
        }
    }

    fn token(&mut self, first: char) {
        match first {
            '"' => self.quoted('"'),
            '\'' => self.character_or_lifetime(),
            _ if is_word(first) => self.word(),
            _ => self.at += first.len_utf8(),
        }
    }

    /// Goes past a literal between two `quote`s, in which a backslash hides the next character.
    fn quoted(&mut self, quote: char) {
        self.at += quote.len_utf8();
        while let Some(c) = self.peek() {
            self.at += c.len_utf8();
            if c == quote {
                break;
            }
            if c == '\\' {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
        }
    }

    /// `'a'` and `'\n'` are literals; `'a` is a lifetime or a label.
    fn character_or_lifetime(&mut self) {
        let mut next = self.rest().chars().skip(1);
        let (first, second) = (next.next(), next.next());
        if first == Some('\\') || second == Some('\'') {
            self.quoted('\'');
        } else {
            self.at += 1;
        }
    }

    /// Goes past a name, a keyword or a number; or past the literal that it is the prefix of.
    fn word(&mut self) {
        let start = self.at;
        self.skip(is_word);
        let (word, rest) = (&self.text[start..self.at], self.rest());
        match (word, rest.chars().next()) {
            ("r" | "br" | "cr", Some('"' | '#')) => {
                let hashes = rest.len() - rest.trim_start_matches('#').len();
                if rest[hashes..].starts_with('"') {
                    self.at += hashes + 1;
                    self.past(&format!("\"{}", &rest[..hashes]));
                }
            }
            ("b" | "c", Some('"')) => self.quoted('"'),
            ("b", Some('\'')) => self.quoted('\''),
            _ => {}
        }
    }
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

#[cfg(test)]
mod tests;
