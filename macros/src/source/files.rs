//! The files that the item's tokens come from, each read at most once.

use std::collections::HashMap;

use proc_macro2::Span;

use crate::position::Position;
use crate::text::Text;

/// Files by the name that the compiler gives them; `None` for one that cannot be read.
#[derive(Default)]
pub(super) struct Files(HashMap<String, Option<Text>>);

impl Files {
    /// The text of the file that `span` stands in.
    pub(super) fn get(&mut self, name: &str, span: Span) -> Option<&Text> {
        if !self.0.contains_key(name) {
            let text = span
                .local_file()
                .and_then(|path| std::fs::read_to_string(path).ok())
                .map(|text| Text::new(&text, Position { line: 1, column: 1 }));
            self.0.insert(name.to_owned(), text);
        }
        self.0.get(name)?.as_ref()
    }

    /// Gives up a file that does not hold what the compiler read from it.
    pub(super) fn distrust(&mut self, name: &str) {
        self.0.insert(name.to_owned(), None);
    }
}
