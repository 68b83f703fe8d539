//! The folder that gets a page for each failure.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use itertools::Itertools as _;

use super::{PageNote, Report, SearchIdentity};
use crate::execution::Execution;
use crate::terminal;

/// The most characters of a file's name, without its end.
const MAX_NAME: usize = 150;

/// A folder for pages, as `INTERLACE_HTML` names it.
#[derive(Debug)]
pub(crate) struct PageFolder(pub(crate) PathBuf);

impl PageFolder {
    /// Writes the page of a report that has a failure, and has the report say where. What cannot be written
    /// costs no more than the page.
    pub(crate) fn add(&self, mut report: Report) -> Report {
        if report.failure.is_some() {
            report.page = PageNote(self.write(&report.origin, || report.to_html()));
        }
        report
    }

    /// Writes the page of an execution that failed, and has that say where.
    pub(crate) fn add_execution(&self, origin: &SearchIdentity, execution: Execution) -> Execution {
        if execution.is_ok() {
            return execution;
        }
        let note = self.write(origin, || execution.page(&origin.to_string()));
        execution.with_page(note)
    }

    /// Writes a page, and says where it is.
    fn write(&self, origin: &SearchIdentity, page: impl FnOnce() -> String) -> String {
        let mut origin = origin.clone();
        // Of a property, the last case that fails is the smallest: its page replaces those of others.
        if terminal::is_in_property() {
            origin.round = 0;
        }
        let folder = &self.0;
        let written = std::fs::create_dir_all(folder).and_then(|()| {
            let path = std::path::absolute(folder)?.join(file_name(&origin));
            std::fs::write(&path, page())?;
            Ok(path)
        });
        match written {
            Ok(path) => format!("\n\nto look at in a browser: {}", path.display()),
            Err(error) => format!(
                "\n\nNO PAGE WRITTEN: `{}` (`INTERLACE_HTML`) cannot be written to: {error}",
                folder.display()
            ),
        }
    }
}

/// The same in each run, so that a page replaces the one of before; and another for each search.
fn file_name(origin: &SearchIdentity) -> String {
    let SearchIdentity {
        package,
        test,
        explored_at,
        round,
        ..
    } = origin;
    let mut place = explored_at.rsplitn(3, ':');
    let (_, line, path) = (place.next(), place.next(), place.next());
    let file = path.and_then(|path| Path::new(path).file_stem());
    let file = file.unwrap_or_default().to_string_lossy();
    let words = [package, test, &*file, line.unwrap_or_default()];
    let words = words.into_iter().filter(|word| !word.is_empty());
    let name = words.format("-").to_string().replace("::", ".");
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = name
        .chars()
        .map(|c| if is_safe(c) { c } else { '_' })
        .collect();
    // What tells searches apart is at the end.
    let mut name = name[name.len().saturating_sub(MAX_NAME)..].to_owned();
    if name.is_empty() {
        "failure".clone_into(&mut name);
    }
    if *round > 0 {
        let _ = write!(name, "-round{}", round + 1);
    }
    name + ".html"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_named_after_the_test_and_the_place_of_the_search() {
        let mut origin = SearchIdentity {
            package: "shop".to_owned(),
            test: "orders::a_lost/../update".to_owned(),
            explored_at: "src/orders/tests.rs:17:6".to_owned(),
            ..SearchIdentity::default()
        };
        assert_eq!(
            file_name(&origin),
            "shop-orders.a_lost_.._update-tests-17.html"
        );
        origin.round = 2;
        assert!(file_name(&origin).ends_with("-tests-17-round3.html"));
        origin.test = "é".repeat(400);
        // 150 characters, `-round3` and `.html`.
        assert_eq!(file_name(&origin).len(), 150 + 7 + 5);
        assert_eq!(file_name(&SearchIdentity::default()), "failure.html");
    }
}
