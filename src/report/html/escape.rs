//! Text of the user's in a page.

use std::fmt::{self, Write as _};

/// A text in which no character means anything to HTML: neither between tags nor in a value in quotes.
pub(super) struct Escaped<T>(pub(super) T);

impl<T: fmt::Display> fmt::Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Escapes what is written to it.
struct Escaping<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|c| match c {
            '&' => self.0.write_str("&amp;"),
            '<' => self.0.write_str("&lt;"),
            '>' => self.0.write_str("&gt;"),
            '"' => self.0.write_str("&quot;"),
            '\'' => self.0.write_str("&#39;"),
            '\n' | '\t' => self.0.write_char(c),
            // Not allowed in a page, not even escaped.
            c if c.is_control() => self.0.write_char(char::REPLACEMENT_CHARACTER),
            c => self.0.write_char(c),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let text = Escaped("<script>alert(\"it's\" & 'more')</script>\u{0}\n").to_string();
        assert_eq!(
            text,
            "&lt;script&gt;alert(&quot;it&#39;s&quot; &amp; &#39;more&#39;)&lt;/script&gt;\u{fffd}\n"
        );
        assert_eq!(Escaped(format_args!("{}", 1 < 2)).to_string(), "true");
    }
}
