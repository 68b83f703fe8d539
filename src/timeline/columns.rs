//! The steps of an execution, drawn in one column per thread.

mod layout;
mod legend;

use std::borrow::Cow;
use std::fmt::{self, Write as _};

use super::rows::{Row, rows, shortened};
use super::{CodeLine, Columns, Timeline, TimelineStep};
use crate::failure::{MarkerSite, ValueOrText};
use crate::look::{Ink, Look};
use crate::schedule::StepKind;
use crate::text_width::{cut, cut_in_front, padded, width, wrapped};
use layout::Layout;
use legend::Legend;

/// The middle of longer executions is left out.
const MAX_LINES: usize = 100;

/// Shorter pieces of code say nothing.
const MIN_SOURCE: usize = 12;

impl TimelineStep {
    /// The text in the column of the thread.
    pub(crate) fn cell(&self) -> String {
        format!("{}{}", self.marker.name, self.remark())
    }

    /// What is told behind the name of the marker.
    fn remark(&self) -> Cow<'static, str> {
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
            (None, false) => "".into(),
            // An access does not wait. What comes after it does, as a join: that is the next step of the thread.
            (None, true) if is_access => " (then waits)".into(),
            (None, true) => " (waits)".into(),
            (Some(begins), false) => format!(" ({begins})").into(),
            (Some(begins), true) => format!(" ({begins}, waits)").into(),
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

/// A timeline as it looks to those who read it.
pub(crate) struct Drawn<'a>(pub(crate) &'a Timeline, pub(crate) Look);

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.0 {
            ValueOrText::Value(columns) => f.write_str(&draw(columns, self.1)),
            ValueOrText::Text(text) => f.write_str(&self.1.prose(None, text)),
        }
    }
}

impl fmt::Display for Timeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Drawn(self, Look::PLAIN).fmt(f)
    }
}

/// One step per line, with the source line of its marker. Forced steps have an asterisk.
fn draw(columns: &Columns, look: Look) -> String {
    if columns.steps.is_empty() {
        return "  (no thread has gone on from a marker)".to_owned();
    }
    let rows = shortened(rows(&columns.steps), MAX_LINES);
    let mut legend = Legend::default();
    let layout = Layout::of(columns, &rows, look.width, &mut legend);
    let mut drawing = Drawing {
        columns,
        look,
        layout,
        legend,
        text: String::new(),
    };
    drawing.header();
    let mut told = None;
    for row in rows {
        match row {
            Row::Step(number) => drawing.step(number, &mut told),
            Row::Alone(first, last) => drawing.alone(first, last),
            Row::Again {
                first,
                last,
                lines,
                times,
            } => drawing.again(first, last, &Row::again(lines, times)),
            Row::LeftOut(count) => drawing.note(' ', &format!("({count} steps are left out)")),
        }
    }
    let names: Vec<String> = drawing.legend.lines().collect();
    let changed = columns.changed.iter().map(|file| {
        format!("  ({file} was changed after the program was built: its lines are not shown)")
    });
    for line in names.into_iter().chain(changed) {
        drawing.text += "\n";
        drawing.text += &look.prose(Some(Ink::Aside), &line);
    }
    drawing.text
}

/// A drawing under way.
struct Drawing<'a> {
    columns: &'a Columns,
    look: Look,
    layout: Layout,
    legend: Legend,
    text: String,
}

impl<'a> Drawing<'a> {
    fn header(&mut self) {
        let number = padded("step", self.layout.number);
        self.text = format!("  {number}    ");
        for name in self.layout.header() {
            let spaces = name.len() - name.trim_end().len();
            self.text += &self.look.paint(Ink::Heading, name.trim_end());
            self.text += &" ".repeat(spaces);
        }
    }

    fn mark(&self, step: usize) -> char {
        if self.columns.steps[step].is_forced {
            '*'
        } else {
            ' '
        }
    }

    /// Begins a line with numbers of steps, and whether these are forced.
    fn begin(&mut self, numbers: &str, mark: char) {
        let numbers = " ".repeat(self.layout.number.saturating_sub(width(numbers))) + numbers;
        let _ = write!(self.text, "\n  {numbers} {mark}  ");
    }

    /// A line about steps that are not shown, as far to the right as there is room for.
    fn note(&mut self, mark: char, note: &str) {
        self.begin("…", mark);
        let note = cut(note, self.look.width.saturating_sub(self.layout.number + 6));
        self.text += &self.look.paint(Ink::Aside, &note);
    }

    fn alone(&mut self, first: usize, last: usize) {
        let column = self
            .layout
            .column(self.columns.thread(&self.columns.steps[first]));
        let room = self.look.width.saturating_sub(self.layout.number + 6);
        let mut note = format!("({} steps that touch nothing shared)", last + 1 - first);
        if self.layout.is_list {
            note = format!("{}: {note}", column.name);
        }
        let note = cut(&note, room);
        let indent = column.begin.min(room - width(&note));
        self.begin(&format!("{}-{}", first + 1, last + 1), self.mark(first));
        self.text += &" ".repeat(indent);
        self.text += &self.look.paint(Ink::Aside, &note);
    }

    fn again(&mut self, first: usize, last: usize, again: &str) {
        self.note(
            self.mark(first),
            &format!("({again}, up to step {})", last + 1),
        );
    }

    /// `told` is the thread of the row before, and from where that was called.
    fn step(&mut self, number: usize, told: &mut Option<(&'a str, &'a CodeLine)>) {
        let step = &self.columns.steps[number];
        let why = step.code.as_ref().map_or("", |code| &*code.why);
        if !why.is_empty() {
            let indent = self.layout.number + 6;
            for line in wrapped(why, self.look.width.saturating_sub(indent)) {
                let line = self.look.paint(Ink::Warning, line.trim_start());
                let _ = write!(self.text, "\n{:indent$}{line}", "");
            }
        }
        let thread = self.columns.thread(step);
        let column = self.layout.column(thread);
        let (name, remark) = (&*step.marker.name, step.remark());
        let cell = if self.layout.is_list {
            let cell = self.legend.with_remark(
                name,
                &remark,
                column.room.saturating_sub(width(&column.name) + 2),
            );
            format!("{}: {cell}", column.name)
        } else {
            self.legend.with_remark(name, &remark, column.room)
        };
        self.begin(&(number + 1).to_string(), self.mark(number));
        self.text += &" ".repeat(column.begin);
        self.text += &self.look.paint(Ink::Thread(thread), &cell);
        let (place, source) = step.place();
        if place.is_empty() {
            return;
        }
        let rest = (self.layout.cells + 2).saturating_sub(column.begin + width(&cell));
        self.text += &" ".repeat(rest);
        self.place(&place, source, self.layout.before_place());
        let caller = step.told_caller().map(|line| (&*step.thread, line));
        let is_new = |(thread, line): &(&str, &CodeLine)| {
            told.is_none_or(|(other, before)| other != *thread || !line.is_line_of(before))
        };
        if let Some((_, line)) = caller.filter(is_new) {
            let place = format!("called from {}:{}", line.file, line.line);
            let indent = self.look.width.saturating_sub(width(&place));
            let indent = indent
                .min(self.layout.before_place())
                .max(self.layout.number + 6);
            let _ = write!(self.text, "\n{:indent$}", "");
            self.place(&place, &line.source, indent);
        }
        *told = caller;
    }

    /// A place, and the line of code there, as much of it as there is room for after this many columns.
    fn place(&mut self, place: &str, source: &str, begin: usize) {
        let place = cut_in_front(place, self.look.width.saturating_sub(begin));
        self.text += &self.look.paint(Ink::Aside, &place);
        let place = width(&place);
        let padding = self.layout.places.saturating_sub(place) + 2;
        let room = self.look.width.saturating_sub(begin + place + padding);
        if source.is_empty() || room < MIN_SOURCE.min(width(source)) {
            return;
        }
        let _ = write!(self.text, "{:padding$}{}", "", cut(source, room));
    }
}

#[cfg(test)]
mod tests;
