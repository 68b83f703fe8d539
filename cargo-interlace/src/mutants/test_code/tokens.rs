//! The words and signs of a source file, without comments, texts and letters.

/// A word or a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) line: u32,
}

/// All of a file.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|it: char| !(it.is_alphanumeric() || it == '_'));
        let word = &rest[..word.unwrap_or(rest.len())];
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            comment(rest)
        } else if first == '"' {
            text(rest)
        } else if first == '\'' {
            letter(rest)
        } else if let Some(length) = text_with_prefix(word, rest) {
            length
        } else {
            let length = word.len().max(first.len_utf8());
            if !first.is_whitespace() {
                let text = &rest[..length];
                tokens.push(Token { text, line });
            }
            length
        };
        let (skipped, after) = rest.split_at(length);
        line += skipped.matches('\n').map(|_| 1).sum::<u32>();
        rest = after;
    }
    tokens
}

/// The length of a comment, which may have others in it.
fn comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_u32, 0);
    while let Some(found) = rest[at..].find(['/', '*']) {
        at += found;
        match rest.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") if depth == 1 => return at + 2,
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a text in quotes.
fn text(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            '"' if !is_escaped => return at + 1,
            '\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    rest.len()
}

/// The length of a letter in quotes; of a lifetime, that of the sign.
fn letter(rest: &str) -> usize {
    let mut letters = rest.char_indices().skip(1);
    match letters.next() {
        // What is escaped may be a quote.
        Some((_, '\\')) => rest[3.min(rest.len())..]
            .find('\'')
            .map_or(rest.len(), |it| it + 4),
        Some(_) => match letters.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

/// The length of a text that begins with a word, as raw ones do.
fn text_with_prefix(word: &str, rest: &str) -> Option<usize> {
    let after = &rest[word.len()..];
    let signs = after.len() - after.trim_start_matches('#').len();
    let is_raw = ["r", "br", "cr"].contains(&word) && after[signs..].starts_with('"');
    if is_raw {
        let end = format!("\"{}", "#".repeat(signs));
        let begin = word.len() + signs + 1;
        let length = rest[begin..].find(&end).map(|it| begin + it + end.len());
        return Some(length.unwrap_or(rest.len()));
    }
    let is_text = ["b", "c"].contains(&word) && after.starts_with('"');
    is_text.then(|| word.len() + text(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<&str> {
        tokens(source).iter().map(|it| it.text).collect()
    }

    #[test]
    fn what_is_no_code_is_left_out() {
        for (source, expected) in [
            ("a // {\nb", &["a", "b"][..]),
            ("a /* { /* } */ { */ b", &["a", "b"]),
            (
                r#"a("}\"{", '{', '\'', b"{")"#,
                &["a", "(", ",", ",", ",", ")"],
            ),
            ("r\"{\" r#\"\"{\"# br##\"\"#{\"## b", &["b"]),
            (
                "fn f<'a>(it: &'a str)",
                &[
                    "fn", "f", "<", "a", ">", "(", "it", ":", "&", "a", "str", ")",
                ],
            ),
            ("r#type", &["r", "#", "type"]),
            ("'", &[]),
            ("\"", &[]),
            ("/*", &[]),
            ("'\\", &[]),
        ] {
            assert_eq!(texts(source), expected, "{source}");
        }
    }

    #[test]
    fn lines_are_counted_from_one() {
        let lines: Vec<_> = tokens("a\n\"\n\n\" b /*\n*/ c")
            .iter()
            .map(|it| it.line)
            .collect();
        assert_eq!(lines, [1, 4, 5]);
    }
}
