//! How a text is laid out and coloured for those who read it.

use console::Style;

use crate::text_width::{width, wrapped};

/// For whom a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    /// How wide tables and lines of code may be.
    pub(crate) width: usize,
    /// Whether sentences are broken into lines, too.
    pub(crate) wraps: bool,
    pub(crate) has_colours: bool,
}

/// What a part of a text is, by which it is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Heading,
    Failed,
    Held,
    Warning,
    /// What one may skip.
    Aside,
    /// What the thread of this number does.
    Thread(usize),
}

impl Look {
    /// For text that a program compares, stores or passes on: `Display`.
    pub(crate) const PLAIN: Look = Look {
        width: 120,
        wraps: false,
        has_colours: false,
    };

    /// The text, which is part of a line, in its colour.
    pub(crate) fn paint(self, ink: Ink, text: &str) -> String {
        if !self.has_colours || text.is_empty() {
            return text.to_owned();
        }
        ink.style().force_styling(true).apply_to(text).to_string()
    }

    /// Sentences, which may have line breaks, each line in its colour.
    pub(crate) fn prose(self, ink: Option<Ink>, text: &str) -> String {
        self.lines(text, |_| ink)
    }

    /// Sentences after a label, which alone is coloured.
    pub(crate) fn labelled(self, ink: Ink, text: &str) -> String {
        let text = self.prose(None, text);
        match text.split_once(": ") {
            Some((label, rest)) if !label.contains(' ') => {
                format!("{}: {rest}", self.paint(ink, label))
            }
            _ => text,
        }
    }

    /// What failed, with its first line and the headings in it coloured.
    pub(crate) fn kind(self, text: &str) -> String {
        self.lines(text, |(number, line)| match number {
            0 => Some(Ink::Failed),
            _ if line.ends_with(':') && !line.starts_with(' ') => Some(Ink::Heading),
            _ => None,
        })
    }

    /// A paragraph whose lines are headings, but for those that are indented.
    pub(crate) fn headed(self, text: &str) -> String {
        self.lines(text, |(_, line)| {
            (!line.starts_with(' ')).then_some(Ink::Heading)
        })
    }

    fn lines(self, text: &str, ink: impl Fn((usize, &str)) -> Option<Ink>) -> String {
        if !self.wraps && !self.has_colours {
            return text.to_owned();
        }
        let mut told = String::new();
        for (number, line) in text.split('\n').enumerate() {
            if number > 0 {
                told.push('\n');
            }
            let ink = ink((number, line));
            let paint =
                |part: &str| ink.map_or_else(|| part.to_owned(), |ink| self.paint(ink, part));
            if !self.wraps || width(line) <= self.width {
                told += &paint(line);
                continue;
            }
            let parts: Vec<String> = wrapped(line, self.width)
                .iter()
                .map(|part| paint(part))
                .collect();
            told += &parts.join("\n");
        }
        told
    }
}

impl Ink {
    fn style(self) -> Style {
        let style = Style::new();
        match self {
            Ink::Heading => style.bold(),
            Ink::Failed => style.bold().red(),
            Ink::Held => style.green(),
            Ink::Warning => style.yellow(),
            Ink::Aside => style.dim(),
            Ink::Thread(number) => match number % 4 {
                0 => style.cyan(),
                1 => style.magenta(),
                2 => style.blue(),
                _ => style.green(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_begin_and_end_in_each_line() {
        let look = Look {
            width: 8,
            wraps: true,
            has_colours: true,
        };
        assert_eq!(
            look.prose(Some(Ink::Warning), "one two three\n\nx"),
            "\u{1b}[33mone two\u{1b}[0m\n\u{1b}[33m  three\u{1b}[0m\n\n\u{1b}[33mx\u{1b}[0m"
        );
        assert_eq!(Look::PLAIN.prose(Some(Ink::Failed), "a\nb"), "a\nb");
        assert_eq!(
            Look {
                has_colours: false,
                ..look
            }
            .kind("a b\nc:"),
            "a b\nc:"
        );
    }
}
