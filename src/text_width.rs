//! Text by the columns that it takes on a screen, where a character may take two of them or none.

use std::borrow::Cow;

use console::measure_text_width;

/// Joins characters to one that is drawn in their place.
const JOINER: char = '\u{200d}';

/// How many columns the text takes. Escapes for colours take none.
pub(crate) fn width(text: &str) -> usize {
    measure_text_width(text)
}

/// The text, followed by as many spaces as make it this wide.
pub(crate) fn padded(text: &str, to: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', to.saturating_sub(width(text))));
    padded
}

/// The text with a space in place of each line break and of what else moves the cursor.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    if text.contains(char::is_control) {
        text.replace(char::is_control, " ").into()
    } else {
        text.into()
    }
}

/// As much of a line as there is room for. Its last character shows that there is more.
pub(crate) fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    let kept = beginning(text, room.saturating_sub(1));
    format!("{}…", kept.trim_end()).into()
}

/// As much of the end of a line as there is room for, as of a path.
pub(crate) fn cut_in_front(text: &str, room: usize) -> Cow<'_, str> {
    if width(text) <= room {
        return text.into();
    }
    let mut kept = "";
    for (at, _) in text.char_indices().rev() {
        if width(&text[at..]) >= room {
            break;
        }
        kept = &text[at..];
    }
    format!("…{kept}").into()
}

/// The longest beginning of a line that takes no more than these columns. A character stays with the marks that
/// follow it.
pub(crate) fn beginning(text: &str, room: usize) -> &str {
    let mut taken = 0;
    let mut end = text.len();
    for (at, c) in text.char_indices() {
        taken += width(c.encode_utf8(&mut [0; 4]));
        if taken > room {
            end = at;
            break;
        }
    }
    let mut kept = &text[..end];
    // Some characters are wider together than each by itself.
    while width(kept) > room {
        kept = kept.char_indices().last().map_or("", |(at, _)| &kept[..at]);
    }
    kept.trim_end_matches(JOINER)
}

/// The line in several, none wider than this unless a word is. Those after the first are indented by two more than
/// it is.
pub(crate) fn wrapped(line: &str, most: usize) -> Vec<String> {
    if width(line) <= most {
        return vec![line.to_owned()];
    }
    let words = line.trim_start_matches(' ');
    let indent = (line.len() - words.len()).min(most / 2);
    let mut lines: Vec<String> = Vec::new();
    let mut taken = 0;
    for word in words.split(' ') {
        let own = width(word);
        match lines.last_mut() {
            Some(line) if taken + 1 + own <= most => {
                line.extend([" ", word]);
                taken += 1 + own;
            }
            last => {
                let indent = if last.is_some() { indent + 2 } else { indent };
                lines.push(" ".repeat(indent) + word);
                taken = indent + own;
            }
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn characters_take_two_columns_or_one_or_none() {
        // 2 each; 1 with its accent, which is a character of its own; a family of three that is drawn as one.
        let told = [
            "日本",
            "e\u{301}",
            "👨\u{200d}👩\u{200d}👧",
            "\u{1b}[31mred\u{1b}[0m",
        ]
        .map(width);
        assert_eq!(told, [4, 1, 2, 3]);
        assert_eq!(padded("日本", 6), "日本  ");
        assert_eq!(one_line("a\nb\tc"), "a b c");
    }

    #[test]
    fn a_cut_text_shows_that_it_is_cut() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("abc def", 5), "abc…");
        // There is one column left beside the first two.
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut_in_front("src/queue/pop.rs:17", 10), "…pop.rs:17");
    }

    #[test]
    fn lines_are_broken_between_words_and_indented() {
        assert_eq!(wrapped("  one two three", 10), ["  one two", "    three"]);
        assert_eq!(
            wrapped("incomprehensibilities of it", 5),
            ["incomprehensibilities", "  of", "  it"]
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_cut_fits(text in r"[a-z日本語é\u{301}\u{200d}👨❤\u{fe0f} ]{0,30}", room in 1..20_usize) {
            prop_assert!(width(&cut(&text, room)) <= room);
            prop_assert!(width(&cut_in_front(&text, room)) <= room);
            let is_narrow = |line: &String| width(line) <= room || !line.trim_start().contains(' ');
            prop_assert!(wrapped(&text, room).iter().all(is_narrow));
        }
    }
}
