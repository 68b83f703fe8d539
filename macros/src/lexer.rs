//! Finds the comments between tokens whose places are known. Pure: text in, ranges out.

use std::ops::Range;

/// Finds all comments and all runs of code in `text`, as ranges of bytes in order. A line comment
/// excludes the end of its line. There may be other code between the known `tokens`, such as a
/// `$name` in a `macro_rules!` definition.
pub(crate) fn lex(text: &str, tokens: &[Range<usize>]) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut comments, mut code) = (Vec::new(), Vec::<Range<usize>>::new());
    let mut tokens = tokens.iter().peekable();
    let mut at = 0;
    while at < text.len() {
        let start = at;
        while tokens.next_if(|token| token.end <= at).is_some() {}
        let end = tokens.peek().map_or(text.len(), |next| next.start.max(at));
        let gap = &text[at..end];
        if let Some(length) = comment(gap) {
            at += length;
            comments.push(start..at);
            continue;
        }
        let next = gap.chars().next();
        let after_token = || tokens.next().map_or(text.len(), |token| token.end);
        at = next.map_or_else(after_token, |next| start + next.len_utf8());
        match code.last_mut() {
            _ if next.is_some_and(char::is_whitespace) => {}
            Some(run) if run.end == start => run.end = at,
            _ => code.push(start..at),
        }
    }
    (comments, code)
}

/// The length of the comment at the start of `gap`. A block comment must end in the gap.
fn comment(gap: &str) -> Option<usize> {
    if gap.starts_with("//") {
        return gap.lines().next().map(str::len);
    }
    let mut rest = gap.strip_prefix("/*")?;
    let mut depth = 1;
    while depth > 0 {
        rest = &rest[rest.find(['/', '*'])?..];
        if let Some(inside) = rest.strip_prefix("/*") {
            (rest, depth) = (inside, depth + 1);
        } else if let Some(outside) = rest.strip_prefix("*/") {
            (rest, depth) = (outside, depth - 1);
        } else {
            rest = &rest[1..];
        }
    }
    Some(gap.len() - rest.len())
}

#[cfg(test)]
mod tests;
