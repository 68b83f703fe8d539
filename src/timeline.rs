//! The steps of an execution in columns, one for each thread.

use std::fmt::Write as _;

use crate::search::Taken;

/// Draws `steps`, one a line, with the source line of each marker. The first `forced` of them are
/// marked with an asterisk.
pub(crate) fn draw(names: &[String], steps: &[Taken], forced: usize) -> String {
    let marker_width = steps
        .iter()
        .map(|taken| width(taken.marker.site().name()))
        .max();
    let widths = names
        .iter()
        .map(|name| width(name).max(marker_width.unwrap_or(0)));
    let widths: Vec<usize> = widths.collect();
    let number_width = steps.len().to_string().len().max("step".len());

    let mut text = format!("  {:number_width$}  ", "step");
    for (name, width) in names.iter().zip(&widths) {
        let _ = write!(text, "  {name:width$}");
    }
    text.truncate(text.trim_end().len());
    for (number, taken) in steps.iter().enumerate() {
        let site = taken.marker.site();
        let mark = if number < forced { '*' } else { ' ' };
        let _ = write!(text, "\n  {:>number_width$} {mark}", number + 1);
        for (thread, width) in widths.iter().enumerate() {
            let cell = if thread == taken.thread.index() {
                site.name()
            } else {
                ""
            };
            let _ = write!(text, "  {cell:width$}");
        }
        let _ = write!(text, "  {}:{}", site.file(), site.line());
    }
    text
}

/// The width of `text` in characters, which is what `format!` pads by.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::ThreadId;
    use crate::site::Site;

    #[test]
    fn each_thread_has_a_column_and_forced_steps_have_an_asterisk() {
        static READ: Site = Site::new("read", "src/a.rs", 3, 9);
        static WRITE: Site = Site::new("write", "src/a.rs", 14, 9);
        let step = |thread, site: &'static Site| Taken {
            thread: ThreadId::new(thread),
            marker: site.id(),
            preempts: false,
        };
        let names = ["thread1".to_owned(), "t2".to_owned()];
        let steps = [step(0, &READ), step(1, &READ), step(1, &WRITE)];
        let expected = "
  step    thread1  t2
     1 *  read            src/a.rs:3
     2 *           read   src/a.rs:3
     3             write  src/a.rs:14";
        assert_eq!(format!("\n{}", draw(&names, &steps, 2)), expected);
    }
}
