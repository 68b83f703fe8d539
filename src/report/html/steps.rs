//! The steps of an execution, as a table with a column for each thread.

use std::cell::RefCell;
use std::fmt::{self, Write as _};
use std::ops::RangeInclusive;

use super::escape::Escaped;
use super::source_lines::SourceLines;
use crate::failure::{Activity, FailureKind, ThreadPosition, ValueOrText};
use crate::timeline::locks::{LockSpan, holds, waits};
use crate::timeline::rows::{Row, rows, shortened};
use crate::timeline::{Columns, LockUse, Timeline, TimelineStep};

/// The middle of longer executions is left out.
const MAX_ROWS: usize = 2000;

/// A table of steps, in which the row of each has an id: that of the table and the number of the step, from 1.
pub(super) struct StepTable<'a> {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    pub(super) timeline: &'a Timeline,
    pub(super) ending: Option<Ending<'a>>,
}

/// How the execution ended.
pub(super) struct Ending<'a> {
    kind: &'a FailureKind,
    /// Where each thread stood, if that is known.
    positions: &'a [ThreadPosition],
    /// From which step on a thread holds what another waits for: the number of the step, from 0; the thread; what
    /// that is called, and by whom.
    held: Vec<(usize, &'a str, &'a str, &'a str)>,
}

impl<'a> Ending<'a> {
    pub(super) fn of(kind: &'a FailureKind, timeline: &Timeline) -> Self {
        let positions = match kind {
            FailureKind::Deadlock(deadlock) => deadlock.threads(),
            FailureKind::Livelock(livelock) => livelock.threads(),
            FailureKind::StepLimit(limit) => limit.threads(),
            FailureKind::TimeOut(time_out) => time_out.threads(),
            _ => &[],
        };
        let steps = timeline.steps();
        let locks = positions
            .iter()
            .flat_map(|position| position.awaited_locks.iter().map(move |it| (position, it)));
        let held = locks.filter_map(|(position, lock)| {
            let (thread, marker) = lock.last.as_ref()?;
            let took = |step: &TimelineStep| step.thread == *thread && step.marker == *marker;
            let step = steps.iter().rposition(took)?;
            Some((step, &**thread, lock.name(), position.name()))
        });
        Ending {
            kind,
            positions,
            held: held.collect(),
        }
    }

    /// What is told of a thread in the last row, and whether that is all right.
    fn of_thread(&self, thread: &str) -> (String, bool) {
        if let FailureKind::Panic(panic) = self.kind
            && panic.thread() == thread
        {
            let message = Escaped(panic.panic().message());
            return (format!("panics: {message}"), false);
        }
        let Some(position) = self.positions.iter().find(|it| it.name() == thread) else {
            return (String::new(), true);
        };
        let mut text = Escaped(position).to_string();
        for lock in position.awaited_locks() {
            let _ = write!(text, "<br>waits for <code>{}</code>", Escaped(lock.name()));
            if let Some(holder) = lock.last_thread() {
                let holder = if holder == thread { "itself" } else { holder };
                let _ = write!(text, ", which {} was the last to acquire", Escaped(holder));
            }
        }
        let is_done = matches!(position.activity, Activity::Finished | Activity::Unwound);
        (text, is_done)
    }

    /// The last rows: a cell for each thread, and the failure if it is not one of a thread's.
    fn write_rows(
        &self,
        f: &mut fmt::Formatter<'_>,
        table: &str,
        columns: &Columns,
    ) -> fmt::Result {
        write!(f, "<tfoot>\n<tr><th scope=\"row\">end</th>")?;
        for (column, thread) in columns.threads.iter().enumerate() {
            let (text, is_done) = self.of_thread(thread);
            let class = if is_done { "" } else { " class=\"failed\"" };
            write!(f, "<td{class} id=\"{table}-end-{column}\">{text}</td>")?;
        }
        writeln!(f, "</tr>")?;
        if self.positions.is_empty() && !matches!(self.kind, FailureKind::Panic(_)) {
            let (kind, count) = (self.kind.to_string(), columns.threads.len());
            let kind = Escaped(kind.lines().next().unwrap_or_default());
            let cell = format!("<td class=\"failed\" colspan=\"{count}\">{kind}</td>");
            writeln!(f, "<tr><th></th>{cell}</tr>")?;
        }
        writeln!(f, "</tfoot>")
    }
}

impl fmt::Display for StepTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns = match &self.timeline.0 {
            ValueOrText::Value(columns) if !columns.steps.is_empty() => columns,
            _ => return writeln!(f, "<pre>{}</pre>", Escaped(self.timeline)),
        };
        let arrows = "<svg class=\"arrows\" width=\"100%\" height=\"100%\" aria-hidden=\"true\"><defs>\
             <marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" \
             orient=\"auto\"><path d=\"M0,0 L8,4 L0,8 z\"/></marker></defs></svg>\n";
        let arrows = if self.ending.is_some() { arrows } else { "" };
        write!(
            f,
            "<div class=\"scroll\">\n{arrows}<table class=\"steps\" id=\"{}\" aria-label=\"{}\" style=\"--threads: {}\">\n<thead>\n\
             <tr><th scope=\"col\">step</th>",
            self.id,
            self.label,
            columns.threads.len()
        )?;
        for thread in &columns.threads {
            write!(f, "<th scope=\"col\">{}</th>", Escaped(thread))?;
        }
        writeln!(f, "</tr>\n</thead>")?;
        let body = Body::of(self, columns);
        for row in shortened(rows(&columns.steps), MAX_ROWS) {
            body.write_row(f, row)?;
        }
        if let Some(ending) = &self.ending {
            ending.write_rows(f, self.id, columns)?;
        }
        writeln!(f, "</table>\n</div>")?;
        for file in &columns.changed {
            let file = Escaped(file);
            writeln!(
                f,
                "<p class=\"note\">{file} was changed after the program was built: its lines are not shown.</p>"
            )?;
        }
        Ok(())
    }
}

/// The rows between the heads and the end.
struct Body<'a> {
    table: &'a StepTable<'a>,
    columns: &'a Columns,
    /// For each step, the column of its thread.
    at: Vec<usize>,
    holds: Vec<LockSpan<'a>>,
    waits: Vec<LockSpan<'a>>,
    lines: RefCell<SourceLines>,
}

impl<'a> Body<'a> {
    fn of(table: &'a StepTable<'a>, columns: &'a Columns) -> Self {
        let at = columns.steps.iter();
        let holds = holds(columns);
        Body {
            table,
            columns,
            at: at.map(|it| columns.thread(it)).collect(),
            waits: waits(columns, &holds),
            holds,
            lines: RefCell::default(),
        }
    }

    fn write_row(&self, f: &mut fmt::Formatter<'_>, row: Row) -> fmt::Result {
        let count = self.columns.threads.len();
        match row {
            Row::Step(step) => {
                writeln!(f, "<tbody>")?;
                self.write_step(f, step)?;
            }
            Row::Alone(first, last) => {
                let numbers = format!("{}–{}{}", first + 1, last + 1, self.star(first));
                let told = format!("{} steps that touch nothing shared", last + 1 - first);
                self.write_group(f, &numbers, first..=last, &told)?;
            }
            Row::Again {
                first,
                last,
                lines,
                times,
            } => {
                let again = format!(
                    "{}, steps {}–{}",
                    Row::again(lines, times),
                    first + 1,
                    last + 1
                );
                self.write_group(f, "…", first..=last, &again)?;
            }
            Row::LeftOut(steps) => writeln!(
                f,
                "<tbody>\n<tr><th>…</th><td colspan=\"{count}\">({steps} steps are left out)</td></tr>"
            )?,
        }
        writeln!(f, "</tbody>")
    }

    /// Steps behind one line, which says what they are.
    fn write_group(
        &self,
        f: &mut fmt::Formatter<'_>,
        numbers: &str,
        steps: RangeInclusive<usize>,
        told: &str,
    ) -> fmt::Result {
        let first = *steps.start();
        let button = format!(
            "<button type=\"button\" aria-expanded=\"true\">{told}</button>{}",
            self.locks(steps.clone())
        );
        writeln!(
            f,
            "<tbody>\n<tr class=\"fold\" tabindex=\"-1\"><th scope=\"row\">{numbers}</th>"
        )?;
        self.write_cells(f, first, &button)?;
        steps
            .into_iter()
            .try_for_each(|step| self.write_step(f, step))
    }

    fn star(&self, step: usize) -> &'static str {
        // In the execution that failed first, all steps would have one.
        if self.table.ending.is_some() && self.columns.steps[step].is_forced {
            " <abbr title=\"forced by the schedule\">*</abbr>"
        } else {
            ""
        }
    }

    fn write_step(&self, f: &mut fmt::Formatter<'_>, number: usize) -> fmt::Result {
        let step = &self.columns.steps[number];
        let why = step.code.as_ref().map_or("", |code| &*code.why);
        let is_told = step.preempts && !why.is_empty();
        if is_told {
            let count = self.columns.threads.len();
            writeln!(
                f,
                "<tr class=\"why turn\"><th></th><td colspan=\"{count}\">{}</td></tr>",
                Escaped(why)
            )?;
        }
        let class = if step.preempts && !is_told {
            " class=\"turn\""
        } else {
            ""
        };
        write!(
            f,
            "<tr{class} id=\"{}-{}\" tabindex=\"-1\"><th scope=\"row\">{}{}</th>",
            self.table.id,
            number + 1,
            number + 1,
            self.star(number)
        )?;
        self.write_cells(f, number, &self.cell(number))
    }

    /// What a step does, and where that is.
    fn cell(&self, number: usize) -> String {
        let step = &self.columns.steps[number];
        let mut cell = format!("<span class=\"name\">{}</span>", Escaped(step.cell()));
        if step.preempts {
            cell += " <span class=\"tag preemption\">preemption</span>";
        }
        for LockUse {
            name,
            is_release,
            is_shared,
            ..
        } in &step.locks
        {
            let does = match (is_release, is_shared) {
                (false, false) => "acquires",
                (false, true) => "acquires to share",
                (true, false) => "releases",
                (true, true) => "stops to share",
            };
            let _ = write!(
                cell,
                " <span class=\"tag lock\">{does} {}</span>",
                lock_name(name)
            );
        }
        cell += &self.locks(number..=number);
        let (place, source) = step.place();
        let mut lines = self.lines.borrow_mut();
        let source = match source {
            "" if step.code.is_none() => lines.at(&step.marker.file, step.marker.line),
            source => source,
        };
        if !place.is_empty() {
            let _ = write!(cell, " <span class=\"place\">{}</span>", Escaped(place));
        }
        if !source.is_empty() {
            let _ = write!(cell, " <code class=\"source\">{}</code>", Escaped(source));
        }
        if let Some(line) = step.told_caller() {
            let (file, source) = (Escaped(line.file()), Escaped(line.source()));
            let _ = write!(
                cell,
                " <span class=\"caller\">called from {file}:{} <code>{source}</code></span>",
                line.line()
            );
        }
        cell
    }

    /// The cells of all threads: `own` in that of the step's, and the others empty. They show who waits, and who
    /// holds something.
    fn write_cells(&self, f: &mut fmt::Formatter<'_>, number: usize, own: &str) -> fmt::Result {
        for (column, thread) in self.columns.threads.iter().enumerate() {
            let last = (0..=number).rev().find(|it| self.at[*it] == column);
            let is_here = |it: &&LockSpan<'_>| it.thread == column && it.is_at(number);
            let wait = self.waits.iter().find(is_here);
            let waits = wait.is_some() || last.is_some_and(|it| self.columns.steps[it].waits);
            let holds = self.held().any(|it| it.1 == &**thread && it.0 <= number);
            let holds = holds || self.holds.iter().any(|it| is_here(&it));
            let is_own = self.at[number] == column;
            let classes = [(is_own, "at"), (waits, "waiting"), (holds, "holding")];
            let classes: Vec<&str> = classes
                .into_iter()
                .filter(|it| it.0)
                .map(|it| it.1)
                .collect();
            // A wait is told where it begins.
            let wait = wait
                .filter(|it| it.from == number)
                .map_or_else(String::new, |it| self.told(it));
            let own = if is_own { own } else { &wait };
            match &*classes.join(" ") {
                "" => write!(f, "<td>{own}</td>")?,
                classes => write!(f, "<td class=\"{classes}\">{own}</td>")?,
            }
        }
        writeln!(f, "</tr>")
    }

    /// That a thread waits, for what, and for whom.
    fn told(&self, wait: &LockSpan<'_>) -> String {
        let holder = wait.holder.and_then(|it| self.columns.threads.get(it));
        let holder = holder.map_or("", |name| name);
        let (name, holder) = (lock_name(wait.name), Escaped(holder));
        format!("<span class=\"waits\">waits for {name}, which {holder} holds</span>")
    }

    /// What is held from one of these steps on, and awaited in the end.
    fn locks(&self, steps: RangeInclusive<usize>) -> String {
        let held = self.held().filter(|it| steps.contains(&it.0));
        let tag = held.map(|(_, _, name, by)| {
            let (name, by) = (Escaped(name), Escaped(by));
            format!(" <span class=\"tag lock\">holds from here what {by} waits for as <code>{name}</code></span>")
        });
        tag.collect()
    }

    fn held(&self) -> impl Iterator<Item = &(usize, &'a str, &'a str, &'a str)> {
        self.table.ending.iter().flat_map(|it| &it.held)
    }
}

/// What a lock is called, which is not always known.
fn lock_name(name: &str) -> String {
    match name {
        "" => "a lock".to_owned(),
        name => format!("<code>{}</code>", Escaped(name)),
    }
}
