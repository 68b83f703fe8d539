//! The steps of an execution, drawn in one column per thread.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::rows::{Row, rows, shortened};
use super::{CodeLine, Columns, Timeline, TimelineStep};
use crate::failure::{MAX_WIDTH, MarkerSite, ValueOrText};
use crate::schedule::StepKind;

/// The middle of longer executions is left out.
const MAX_LINES: usize = 100;

/// Lines of code are cut so that they end there.
const WIDTH: usize = 120;

/// Where columns are wider together, each begins a little to the right of the one before, and its cells go on
/// above the next.
const MAX_COLUMNS: usize = 56;

/// Longer places are not aligned with what follows them.
const MAX_PLACE: usize = 28;

/// Shorter pieces of code say nothing.
const MIN_SOURCE: usize = 12;

impl TimelineStep {
    /// The text in the column of the thread.
    pub(crate) fn cell(&self) -> Cow<'_, str> {
        let name = &self.marker.name;
        let begins = match self.kind {
            StepKind::Marker | StepKind::Start | StepKind::Join => None,
            StepKind::Resume => Some("goes on"),
            StepKind::Timeout if self.preempts => Some("times out early"),
            StepKind::Timeout => Some("times out"),
            StepKind::Spurious => Some("wakes by itself"),
            StepKind::Cancel => Some("is cancelled"),
        };
        let is_access = self.code.as_ref().is_some_and(|code| code.is_access);
        match (begins, self.waits) {
            (None, false) => Cow::Borrowed(name),
            // An access does not wait. What comes after it does, as a join: that is the next step of the thread.
            (None, true) if is_access => format!("{name} (then waits)").into(),
            (None, true) => format!("{name} (waits)").into(),
            (Some(begins), false) => format!("{name} ({begins})").into(),
            (Some(begins), true) => format!("{name} ({begins}, waits)").into(),
        }
    }

    /// Where it is in the source, and the text of that line. Of what std does, where it is called from.
    pub(crate) fn place(&self) -> (String, &str) {
        let MarkerSite { file, line, .. } = &self.marker;
        let is_of_std = file.is_empty() || file.starts_with("library/");
        if let Some(CodeLine {
            file, line, source, ..
        }) = self.called_from().filter(|_| is_of_std)
        {
            return (format!("{file}:{line}"), source);
        }
        let place = match &self.code {
            // Generated code has a file only.
            _ if *line == 0 && !file.is_empty() => file.to_string(),
            _ if !file.is_empty() => format!("{file}:{line}"),
            Some(code) if code.is_access => "(no debug information)".to_owned(),
            Some(_) => String::new(),
            None if self.kind == StepKind::Join => "(no marker)".to_owned(),
            None => "(no marker yet)".to_owned(),
        };
        (place, self.source())
    }

    /// The line of the workspace that has led to what another package does.
    pub(crate) fn told_caller(&self) -> Option<&CodeLine> {
        let file = &self.marker.file;
        let is_of_package = !file.is_empty() && !file.starts_with("library/");
        self.called_from().filter(|_| is_of_package)
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ValueOrText::Value(columns) => columns.fmt(f),
            ValueOrText::Text(text) => f.write_str(text),
        }
    }
}

/// One step per line, with the source line of its marker. Forced steps have an asterisk.
impl fmt::Display for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.steps.is_empty() {
            return write!(f, "  (no thread has gone on from a marker)");
        }
        let layout = Layout::of(self);
        let number_width = layout.number;
        write!(f, "  {:number_width$}    {}", "step", layout.header(self))?;
        let mut told = None;
        for row in shortened(rows(&self.steps), MAX_LINES) {
            match row {
                Row::Step(number) => self.write_step(f, &layout, number, &mut told)?,
                Row::Alone(first, last) => {
                    let mark = self.mark(first);
                    let numbers = format!("{}-{}", first + 1, last + 1);
                    let steps = last + 1 - first;
                    let column = layout.column(self, first);
                    write!(
                        f,
                        "\n  {numbers:>number_width$} {mark}  {:column$}({steps} steps that touch nothing shared)",
                        ""
                    )?;
                }
                Row::LeftOut(count) => {
                    let dots = "…";
                    write!(
                        f,
                        "\n  {dots:>number_width$}    ({count} steps are left out)"
                    )?;
                }
            }
        }
        for file in &self.changed {
            write!(
                f,
                "\n  ({file} was changed after the program was built: its lines are not shown)"
            )?;
        }
        Ok(())
    }
}

impl Columns {
    fn mark(&self, step: usize) -> char {
        if self.steps[step].is_forced { '*' } else { ' ' }
    }

    /// `told` is the thread of the row before, and from where that was called.
    fn write_step<'a>(
        &'a self,
        f: &mut fmt::Formatter<'_>,
        layout: &Layout,
        number: usize,
        told: &mut Option<(&'a str, &'a CodeLine)>,
    ) -> fmt::Result {
        let step = &self.steps[number];
        let why = step.code.as_ref().map_or("", |code| &*code.why);
        if !why.is_empty() {
            let indent = layout.number + 6;
            for line in wrapped(why, WIDTH - indent) {
                write!(f, "\n{:indent$}{line}", "")?;
            }
        }
        let (width, column) = (layout.number, layout.column(self, number));
        write!(
            f,
            "\n  {:>width$} {}  {:column$}",
            number + 1,
            self.mark(number),
            ""
        )?;
        let (cell, (place, source)) = (step.cell(), step.place());
        let rest = layout.cells - column;
        if place.is_empty() {
            return write!(f, "{cell}");
        }
        write!(f, "{cell:rest$}  {place}")?;
        write_source(f, layout, &place, source)?;
        let caller = step.told_caller().map(|line| (&*step.thread, line));
        let is_new = |(thread, line): &(&str, &CodeLine)| {
            told.is_none_or(|(other, before)| other != *thread || !line.is_line_of(before))
        };
        if let Some((_, line)) = caller.filter(is_new) {
            let indent = layout.before_place();
            let CodeLine {
                file, line, source, ..
            } = line;
            let place = format!("called from {file}:{line}");
            write!(f, "\n{:indent$}{place}", "")?;
            write_source(f, layout, &place, source)?;
        }
        *told = caller;
        Ok(())
    }
}

/// Writes a line of code behind its place, as much of it as there is room for.
fn write_source(
    f: &mut fmt::Formatter<'_>,
    layout: &Layout,
    place: &str,
    source: &str,
) -> fmt::Result {
    let place = place.chars().count();
    let padding = layout.places.saturating_sub(place) + 2;
    let room = WIDTH.saturating_sub(layout.before_place() + place + padding);
    if source.is_empty() || room < MIN_SOURCE.min(source.chars().count()) {
        return Ok(());
    }
    let source = cut(source, room);
    write!(f, "{:padding$}{source}", "")
}

/// Where the columns are.
struct Layout {
    /// The width of the numbers of steps.
    number: usize,
    /// Where the column of each thread begins.
    begins: Vec<usize>,
    /// The width of them all.
    cells: usize,
    places: usize,
}

impl Layout {
    fn of(columns: &Columns) -> Self {
        let rows = rows(&columns.steps);
        let is_alone = |row: &Row| matches!(row, Row::Alone(..));
        let count = columns.steps.len().to_string().len();
        let number = if rows.iter().any(is_alone) {
            2 * count + 1
        } else {
            count
        };
        let shown: Vec<&TimelineStep> = rows
            .iter()
            .filter_map(|row| row.step(&columns.steps))
            .collect();
        let width = |thread: &Arc<str>| {
            let own = shown.iter().filter(|step| step.thread == *thread);
            let cells = own.map(|step| step.cell().chars().count());
            let width = cells.max().unwrap_or(0).max(thread.chars().count());
            width.min(MAX_WIDTH)
        };
        let widths: Vec<usize> = columns.threads.iter().map(width).collect();
        let has_code = columns.steps.iter().any(|step| step.code.is_some());
        let is_narrow =
            |widths: &[usize]| widths.iter().map(|it| it + 2).sum::<usize>() <= MAX_COLUMNS;
        let steps: Vec<usize> = if !has_code || is_narrow(&widths) {
            widths.clone()
        } else {
            let names = columns.threads.iter().map(|it| it.chars().count());
            names.map(|it| it.min(MAX_WIDTH)).collect()
        };
        let mut begins = Vec::new();
        let mut end = 0;
        for width in steps {
            begins.push(end);
            end += width + 2;
        }
        let cells = begins
            .iter()
            .zip(&widths)
            .map(|(begin, width)| begin + width)
            .max();
        let places = shown.iter().map(|step| step.place().0.chars().count());
        let places = places.filter(|it| *it <= MAX_PLACE).max().unwrap_or(0);
        Layout {
            number: number.max("step".len()),
            begins,
            cells: cells.unwrap_or(0),
            places,
        }
    }

    fn header(&self, columns: &Columns) -> String {
        let mut header = String::new();
        for (name, begin) in columns.threads.iter().zip(&self.begins) {
            let padding = begin.saturating_sub(header.chars().count());
            header.extend([&" ".repeat(padding), &**name]);
        }
        header
    }

    /// Where the column of the step's thread begins.
    fn column(&self, columns: &Columns, step: usize) -> usize {
        let own = |name: &Arc<str>| *name == columns.steps[step].thread;
        columns
            .threads
            .iter()
            .position(own)
            .map_or(0, |it| self.begins[it])
    }

    fn before_place(&self) -> usize {
        self.number + 6 + self.cells + 2
    }
}

/// At most as many characters of the text, the last of which shows that there are more.
fn cut(text: &str, room: usize) -> Cow<'_, str> {
    if text.chars().count() <= room {
        return text.into();
    }
    let kept: String = text.chars().take(room.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end()).into()
}

/// The text in lines of at most this width.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.extend([" ", word]);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests;
