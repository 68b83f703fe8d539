//! The steps of an execution in columns, one for each thread.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use itertools::Itertools as _;

use crate::operation::Event;
use crate::site::MarkerId;

/// Longer executions are drawn without their middle.
const MAX_LINES: usize = 100;

/// Draws `steps`, one a line, with the source line of each marker. The first `forced` of them are
/// marked with an asterisk.
pub(crate) fn draw(names: &[Arc<str>], steps: &[Event], forced: usize) -> String {
    if steps.is_empty() {
        return "  (no thread has gone on from a marker)".to_owned();
    }
    let cells: Vec<Cow<'_, str>> = steps.iter().copied().map(cell).collect();
    let widths = names.iter().enumerate().map(|(thread, name)| {
        let own = steps
            .iter()
            .zip(&cells)
            .filter(|(taken, _)| taken.thread.index() == thread);
        own.map(|(_, cell)| width(cell))
            .max()
            .unwrap_or(0)
            .max(width(name))
    });
    let widths: Vec<usize> = widths.collect();
    let number_width = steps.len().to_string().len().max("step".len());

    let header = names
        .iter()
        .zip(&widths)
        .map(|(name, &width)| format!("{name:width$}"))
        .join("  ");
    let mut text = format!("  {:number_width$}    {}", "step", header.trim_end());
    for (number, (taken, cell)) in steps.iter().zip(&cells).enumerate() {
        match left_out(number, steps.len()) {
            Some(0) => continue,
            Some(count) => {
                let _ = write!(
                    text,
                    "\n  {:>number_width$}    ({count} steps are left out)",
                    "…"
                );
                continue;
            }
            None => {}
        }
        let mark = if number < forced { '*' } else { ' ' };
        let _ = write!(text, "\n  {:>number_width$} {mark}", number + 1);
        for (thread, width) in widths.iter().enumerate() {
            let cell = if thread == taken.thread.index() {
                cell
            } else {
                ""
            };
            let _ = write!(text, "  {cell:width$}");
        }
        let _ = write!(text, "  {}", place(*taken));
    }
    text
}

/// What stands in the column of the thread.
fn cell(taken: Event) -> Cow<'static, str> {
    let name = taken.operation.name.site().name();
    match (taken.is_resume(), taken.waits()) {
        (false, false) => name.into(),
        (false, true) => format!("{name} (waits)").into(),
        (true, false) => format!("{name} (goes on)").into(),
        (true, true) => format!("{name} (goes on, waits)").into(),
    }
}

/// Where the marker of a step stands in the source.
fn place(taken: Event) -> Cow<'static, str> {
    if taken.operation.name == MarkerId::start() {
        return "(no marker yet)".into();
    }
    let site = taken.operation.name.site();
    format!("{}:{}", site.file(), site.line()).into()
}

/// Whether the step of this number is left out: the first of those left out says how many are.
fn left_out(number: usize, steps: usize) -> Option<usize> {
    let kept = MAX_LINES / 2;
    if steps <= MAX_LINES || !(kept..steps - kept).contains(&number) {
        return None;
    }
    Some(if number == kept { steps - MAX_LINES } else { 0 })
}

/// The width of `text` in characters, which is what `format!` pads by.
fn width(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::{Operation, Pending, StepEnd, ThreadId};
    use crate::site::Site;

    fn step(thread: usize, site: &'static Site, waits: bool) -> Event {
        let pending = Pending {
            thread: ThreadId::new(thread),
            operation: Operation::at_marker(site.id()),
        };
        let end = if waits {
            StepEnd::Waits
        } else {
            StepEnd::Paused
        };
        Event {
            end,
            ..Event::of(pending)
        }
    }

    static READ: Site = Site::new("read", "src/a.rs", 3, 9);
    static WRITE: Site = Site::new("write", "src/a.rs", 14, 9);

    #[test]
    fn each_thread_has_a_column_and_forced_steps_have_an_asterisk() {
        let names = ["thread1".into(), "t2".into()];
        let steps = [
            step(0, &READ, false),
            step(1, &READ, true),
            step(0, &WRITE, false),
        ];
        let expected = "
  step    thread1  t2
     1 *  read                   src/a.rs:3
     2 *           read (waits)  src/a.rs:3
     3    write                  src/a.rs:14";
        assert_eq!(format!("\n{}", draw(&names, &steps, 2)), expected);
    }

    #[test]
    fn a_long_execution_is_drawn_without_its_middle() {
        let names = ["t".into()];
        let steps = vec![step(0, &READ, false); 1000];
        let text = draw(&names, &steps, 0);
        assert_eq!(text.lines().count(), 1 + MAX_LINES + 1);
        assert!(
            text.contains("\n     …    (900 steps are left out)\n"),
            "{text}"
        );
        assert!(
            text.contains("\n    50    read") && text.contains("\n   951    read"),
            "{text}"
        );
    }
}
