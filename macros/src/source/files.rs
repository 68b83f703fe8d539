//! The files that the item's tokens come from, each read at most once.

use std::collections::HashMap;

use proc_macro2::{Span, TokenStream};

use super::flatten;
use crate::position::Position;
use crate::text::Text;

/// Files by the names that the compiler gives them.
#[derive(Default)]
pub(super) struct Files {
    /// The starts and ends of the item's tokens, in order.
    tokens: HashMap<String, Vec<(Position, Position)>>,
    /// `None` for a file that cannot be read.
    texts: HashMap<String, Option<Text>>,
}

impl Files {
    pub(super) fn of(item: TokenStream) -> Self {
        let mut files = Files::default();
        flatten(item, &mut |span, _| {
            let tokens = files.tokens.entry(span.file()).or_default();
            tokens.push((Position::start(span), Position::end(span)));
        });
        files.tokens.values_mut().for_each(|tokens| tokens.sort());
        files
    }

    /// Lexes `text`, which starts at `start` in the file `name`.
    pub(super) fn lex(&self, name: &str, text: &str, start: Position) -> Text {
        let tokens = self.tokens.get(name).map_or(&[][..], Vec::as_slice);
        Text::new(text, start, tokens)
    }

    /// The text of the file that contains `span`.
    pub(super) fn get(&mut self, name: &str, span: Span) -> Option<&Text> {
        if !self.texts.contains_key(name) {
            let path = span.local_file();
            let text = path.and_then(|path| std::fs::read_to_string(path).ok());
            let text = text.map(|text| self.lex(name, &text, Position { line: 1, column: 1 }));
            self.texts.insert(name.to_owned(), text);
        }
        self.texts.get(name)?.as_ref()
    }

    /// Stops using a file whose contents are not what the compiler read.
    pub(super) fn distrust(&mut self, name: &str) {
        self.texts.insert(name.to_owned(), None);
    }
}
