//! Blanks out everything in Rust source that is not code.

/// Whether `c` may be part of a name.
pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Replaces comments and the contents of literals by spaces.
pub(super) fn blank(text: &str) -> String {
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
    let is_in_word = code.ends_with(is_word);
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
        // A quote opens a character literal if another closes it, otherwise a lifetime.
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
