//! Lines of code beside steps that nobody has looked up in an instrumented build.

use std::collections::BTreeMap;
use std::fs;

use super::super::find;

/// The lines of files that were asked for.
#[derive(Default)]
pub(super) struct SourceLines(BTreeMap<String, Vec<String>>);

impl SourceLines {
    /// The line to show for the marker at this one, counted from 1: what it marks, if the marker has a line of its
    /// own. Empty if the file cannot be read.
    pub(super) fn at(&mut self, file: &str, line: u32) -> &str {
        let lines = self.0.entry(file.to_owned()).or_insert_with(|| {
            let text = find(file).and_then(|path| fs::read_to_string(path).ok());
            let text = text.unwrap_or_default();
            text.lines().map(|line| line.trim().to_owned()).collect()
        });
        let line = line as usize;
        let text = |line: usize| lines.get(line.wrapping_sub(1)).map_or("", |it| &**it);
        match (text(line), text(line + 1)) {
            (own, next) if is_marker(own) && next.contains(char::is_alphanumeric) => next,
            (own, _) => own,
        }
    }
}

fn is_marker(line: &str) -> bool {
    let macro_call = line.strip_prefix("interlace::").unwrap_or(line);
    let is_call = macro_call.starts_with("marker!(") && line.ends_with(';');
    line.starts_with("//") || is_call && line.matches(';').count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_marked_is_shown_rather_than_the_marker() {
        let text = [
            "marker!(\"read\");",
            "let x = 1;",
            "// interlace: write",
            "}",
            "f(); // interlace: f",
        ];
        let lines = text.map(str::to_owned).to_vec();
        let mut lines = SourceLines([("src/a.rs".to_owned(), lines)].into());
        let shown = [1, 2, 3, 5, 6].map(|line| lines.at("src/a.rs", line).to_owned());
        assert_eq!(
            shown,
            [
                "let x = 1;",
                "let x = 1;",
                "// interlace: write",
                "f(); // interlace: f",
                ""
            ]
        );
        assert_eq!(lines.at("no such file", 0), "");
        assert!(!is_marker("marker!(\"x\"); count.store(1, SeqCst);"));
    }
}
