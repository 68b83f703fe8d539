//! Enough of an understanding of Rust source to find a statement, and the function around it.

use std::env;
use std::fs;
use std::path::PathBuf;

/// A source file, as text and with everything blanked out that is not code.
#[derive(Debug)]
pub(crate) struct Source {
    text: String,
    /// The text with comments and the contents of literals replaced by spaces, byte for byte.
    code: String,
}

/// Where the file of a [`Location`](std::panic::Location) is. Its path starts where the compiler
/// ran: in this directory or one above it.
pub(crate) fn find(path: &str) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let mut candidates = here.ancestors().map(|folder| folder.join(path));
    candidates.find(|path| path.is_file())
}

/// A function in a source file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) has_parameters: bool,
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

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    /// The place of a line and column, both counted from 1, the column in characters.
    pub(crate) fn offset(&self, line: u32, column: u32) -> Option<usize> {
        let mut lines = self.text.split_inclusive('\n');
        let before: usize = lines.by_ref().take(line as usize - 1).map(str::len).sum();
        let (in_line, _) = lines.next()?.char_indices().nth(column as usize - 1)?;
        Some(before + in_line)
    }

    /// The innermost function whose body holds `at`.
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
            .find(|&at| !header[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))?;
        let signature = header[at + 3..].trim_start();
        let name_end = signature.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        let parameters = signature[signature.find('(')? + 1..].trim_start();
        Some(Function {
            name: signature[..name_end].to_owned(),
            has_parameters: !parameters.starts_with(')'),
            body: brace + 1,
        })
    }

    /// Where the statement that holds `at` starts: after the `;` or brace before it.
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

    /// Whether the closing brace at `brace` is followed by more of the same expression.
    fn continues(&self, brace: usize) -> bool {
        let rest = self.code[brace + 1..].trim_start();
        rest.starts_with(['.', '?', ')', ']', ','])
    }

    /// Where the code before `end` ends: comments between the two lead to what comes after.
    pub(crate) fn end_of_code(&self, end: usize) -> usize {
        self.code[..end].trim_end().len()
    }

    /// The white space at the start of the line of `at`.
    pub(crate) fn indent_of(&self, at: usize) -> &str {
        let start = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start().len()]
    }

    /// How many braces are opened and not closed in `start..end`.
    pub(crate) fn open_braces(&self, start: usize, end: usize) -> usize {
        self.open_brackets(start, end)
            .iter()
            .filter(|&&(_, bracket)| bracket == b'{')
            .count()
    }

    /// The brackets that are opened and not closed in `start..end`.
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

/// Replaces comments and the contents of literals by spaces.
fn blank(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = comment(rest).or_else(|| literal(rest, &code)).unwrap_or(0);
        let (blanked, after) = rest.split_at(skipped.max(c.len_utf8()));
        if skipped > 0 {
            let blank = |byte| if byte == b'\n' { '\n' } else { ' ' };
            code.extend(blanked.bytes().map(blank));
        } else {
            code.push_str(blanked);
        }
        rest = after;
    }
    code
}

/// The length of the comment at the start of `text`.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let mut depth = 0;
    let mut at = 0;
    while at < text.len() {
        let rest = &text.as_bytes()[at..];
        match rest {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return Some(at);
        }
    }
    Some(text.len())
}

/// The length of the string or character literal at the start of `text`, which follows `code`.
fn literal(text: &str, code: &str) -> Option<usize> {
    let is_in_word = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let raw = text.trim_start_matches(['b', 'c']);
    let prefix = text.len() - raw.len();
    if let Some(hashes) = raw.strip_prefix('r').filter(|_| !is_in_word && prefix <= 1) {
        let opened = hashes.trim_start_matches('#');
        let number = hashes.len() - opened.len();
        if opened.starts_with('"') {
            let close = format!("\"{}", "#".repeat(number));
            let start = prefix + 1 + number + 1;
            return Some(
                text[start..]
                    .find(&close)
                    .map_or(text.len(), |at| start + at + close.len()),
            );
        }
    }
    match text.as_bytes() {
        [b'"', ..] => Some(quoted(text, '"')),
        // A quote opens a character if one closes it; else it opens a lifetime.
        [b'\'', b'\\', ..] => Some(quoted(text, '\'')),
        [b'\'', ..] => {
            let c = text[1..].chars().next()?;
            text[1 + c.len_utf8()..]
                .starts_with('\'')
                .then(|| 2 + c.len_utf8())
        }
        _ => None,
    }
}

/// The length of a literal that opens and closes with `quote`.
fn quoted(text: &str, quote: char) -> usize {
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => drop(chars.next()),
            c if c == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests;
