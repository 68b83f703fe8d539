//! Parses just enough Rust to find a statement and the function around it.

mod blank;

use std::env;
use std::fs;
use std::path::PathBuf;

use blank::{blank, is_word};

/// A source file, as text and as code alone.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) text: String,
    /// The text with comments and the contents of literals replaced by spaces, byte for byte.
    pub(crate) code: String,
}

/// Finds the file of a [`Location`](std::panic::Location). Its path is relative to where the
/// compiler ran: this directory or one above it.
pub(crate) fn find(path: &str) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let mut candidates = here.ancestors().map(|folder| folder.join(path));
    candidates.find(|path| path.is_file())
}

/// A function in a source file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// Whether it has no parameters or type parameters and is not `async`.
    pub(crate) is_plain: bool,
    pub(crate) returns: bool,
    /// Where its body starts: after the opening brace.
    pub(crate) body: usize,
}

impl Source {
    /// Reads the file of a [`Location`](std::panic::Location).
    pub(crate) fn read(path: &str) -> Option<Self> {
        let text = fs::read_to_string(find(path)?).ok()?;
        Some(Source::new(text))
    }

    pub(crate) fn new(text: String) -> Self {
        let code = blank(&text);
        Source { text, code }
    }

    /// The same file with a comment at the end of a line.
    pub(crate) fn with_comment(&self, line: u32, comment: &str) -> Self {
        let mut text = self.text.clone();
        let end = self.text.split_inclusive('\n').take(line as usize);
        let end: usize = end.map(str::len).sum();
        let end = self.text[..end].trim_end().len();
        text.insert_str(end, &format!(" // {comment}"));
        Source::new(text)
    }

    /// The offset of a line and column. Both count from 1, columns in characters.
    pub(crate) fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let mut lines = self.text.split_inclusive('\n');
        let before: usize = lines.by_ref().take(line as usize - 1).map(str::len).sum();
        let (in_line, _) = lines.next()?.char_indices().nth(column as usize - 1)?;
        Some(before + in_line)
    }

    /// The innermost function whose body contains `at`.
    pub(crate) fn function_around(&self, at: usize) -> Option<Function> {
        let open = self.open_brackets(0, at);
        let bodies = open.iter().rev().filter(|&&(_, bracket)| bracket == b'{');
        bodies
            .into_iter()
            .find_map(|&(brace, _)| self.function_at(brace))
    }

    /// The function whose body opens at `brace`, if one does.
    fn function_at(&self, brace: usize) -> Option<Function> {
        let start = self.code[..brace]
            .rfind([';', '{', '}'])
            .map_or(0, |at| at + 1);
        let header = &self.code[start..brace];
        let at = header
            .match_indices("fn ")
            .map(|(at, _)| at)
            .find(|&at| !header[..at].ends_with(is_word))?;
        let signature = header[at + 3..].trim_start();
        let name_end = signature.find(|c: char| !is_word(c))?;
        let (name, rest) = signature.split_at(name_end);
        let has_none = |rest: &str| rest.trim_start().starts_with(')');
        let is_async = header[..at].split_whitespace().any(|word| word == "async");
        Some(Function {
            name: name.to_owned(),
            is_plain: !is_async && rest.trim_start().strip_prefix('(').is_some_and(has_none),
            returns: rest.contains("->"),
            body: brace + 1,
        })
    }

    /// Whether the bracket at `open` opens a block that may end after any statement, whose value is
    /// not used, and that runs once or in a `for` loop.
    pub(crate) fn is_loose_block(&self, open: usize) -> bool {
        let start = self.statement_start(open);
        let header = self.code[start..open].trim();
        match header.split(|c| !is_word(c)).next() {
            _ if !self.code[open..].starts_with('{') => false,
            Some("else") => self
                .opener(start - 1)
                .is_some_and(|open| self.is_loose_block(open)),
            Some("for" | "if" | "unsafe") => true,
            _ => header.is_empty(),
        }
    }

    /// Where the receiver of the method call at `dot` starts: names, calls, indices and fields up
    /// to the dot. None if it is another kind of expression, such as a block.
    pub(crate) fn operand_start(&self, dot: usize) -> Option<usize> {
        let mut at = self.code[dot..].starts_with('.').then_some(dot)?;
        loop {
            at = self.end_of_code(at);
            let last = self.code[..at].chars().next_back()?;
            match last {
                '?' => {
                    at -= 1;
                    continue;
                }
                ')' | ']' => {
                    at = self.opener(at - 1)?;
                    let called = &self.code[..at];
                    let called = called.strip_suffix('!').unwrap_or(called);
                    if !called.ends_with(|c| is_word(c) || ")]?>".contains(c)) {
                        return Some(at);
                    }
                    at = called.len();
                    continue;
                }
                '>' => at = self.opener(at - 1)?,
                _ => at = self.code[..at].trim_end_matches(is_word).len(),
            }
            let before = self.code[..at].trim_end();
            if let Some(path) = before.strip_suffix("::") {
                if !path.ends_with(|c| is_word(c) || c == '>') {
                    return Some(path.len());
                }
                at = path.len();
            } else if before.ends_with('.') && !before.ends_with("..") {
                at = before.len() - 1;
            } else {
                return (is_word(last) || last == '>').then_some(at);
            }
        }
    }

    /// The opening bracket for the closing one at `close`.
    fn opener(&self, close: usize) -> Option<usize> {
        let code = self.code.as_bytes();
        let (opening, closing) = match code[close] {
            b'>' => ("<", ">"),
            _ => ("([{", ")]}"),
        };
        let mut depth = 0;
        (0..=close).rev().find(|&at| {
            let byte = char::from(code[at]);
            let is_arrow = byte == '>' && self.code[..at].ends_with(['-', '=']);
            depth += usize::from(closing.contains(byte) && !is_arrow);
            depth -= usize::from(opening.contains(byte));
            depth == 0
        })
    }

    /// The closing bracket for the opening one at `open`.
    pub(crate) fn closer(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        (open..self.code.len()).find(|&at| {
            match self.code.as_bytes()[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                _ => return false,
            }
            depth == 0
        })
    }

    /// Where the statement around `at` starts: after the `;` or brace before it.
    pub(crate) fn statement_start(&self, at: usize) -> usize {
        let mut depth = 0;
        for place in (0..at).rev() {
            match self.code.as_bytes()[place] {
                b')' | b']' => depth += 1,
                b'}' if depth > 0 || self.continues(place) => depth += 1,
                b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
                b'{' | b'}' | b';' if depth == 0 => return place + 1,
                _ => {}
            }
        }
        0
    }

    /// Whether the expression goes on after the closing brace at `brace`.
    fn continues(&self, brace: usize) -> bool {
        let rest = self.code[brace + 1..].trim_start();
        rest.starts_with(['.', '?', ')', ']', ','])
    }

    /// Where the last code before `end` ends, without the comments after it.
    pub(crate) fn end_of_code(&self, end: usize) -> usize {
        self.code[..end].trim_end().len()
    }

    /// The white space at the start of the line of `at`.
    pub(crate) fn indent_of(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start().len()]
    }

    /// The brackets that are opened but not closed in `start..end`.
    pub(crate) fn open_brackets(&self, start: usize, end: usize) -> Vec<(usize, u8)> {
        let mut open = Vec::new();
        for (at, byte) in self.code.bytes().enumerate().take(end).skip(start) {
            match byte {
                b'(' | b'[' | b'{' => open.push((at, byte)),
                b')' | b']' | b'}' => {
                    open.pop();
                }
                _ => {}
            }
        }
        open
    }
}

#[cfg(test)]
mod tests;
