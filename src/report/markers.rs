//! The markers that keep a failure of an instrumented build as a test of a plain one; pure.
//!
//! In a plain build a thread stops at markers, and at the calls to the system at which it stops here too. So each
//! place where the minimal schedule takes the turn from a thread that could go on needs a marker, and no other
//! does. A marker gates a line, so the thread has to be stopped before all that the line does: a line of the
//! workspace, or else one of a package that is called there.

mod lines;
mod stops;

use std::collections::{BTreeMap, BTreeSet};

use lines::{Lines, Names, is_access};
use stops::Stop;

use crate::getters::getters;
use crate::schedule::{Schedule, Step, StepKind};
use crate::timeline::{CallLines, CodeLine, Columns};

/// A marker to write. [`Failure::markers`](crate::Failure::markers) returns those of a failure.
///
/// ```no_run
/// use interlace::Explorer;
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use std::thread;
///
/// // Under `cargo interlace`, where it fails with nothing marked:
/// let report = Explorer::model(|| {
///     let count = Arc::new(AtomicU32::new(0));
///     let own = Arc::clone(&count);
///     let increment = |count: &AtomicU32| count.store(count.load(SeqCst) + 1, SeqCst);
///     let other = thread::spawn(move || increment(&own));
///     increment(&count);
///     other.join().unwrap();
///     assert_eq!(count.load(SeqCst), 2);
/// })
/// .explore();
/// for marker in report.assert_fails().markers() {
///     let (file, line) = (marker.file(), marker.line());
///     println!("{file}:{line}: {} // interlace: {}", marker.source(), marker.name());
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkerLine {
    pub(super) file: String,
    pub(super) line: u32,
    pub(super) source: String,
    pub(super) name: String,
    pub(super) package: String,
}

getters! { MarkerLine {
    /// Returns the source file, as it is called in the workspace; in a package of a registry, it begins with the
    /// name of that, as `flume-0.10.14/src/lib.rs`.
    file: &str,
    /// Returns the number of the line, counted from 1.
    line: copy u32,
    /// Returns what the line says now, without the white space around it.
    source: &str,
    /// Returns the name of the marker.
    name: &str,
    /// Returns the name and the version of the package that has the line, as `flume-0.10.14`; empty if it is of the
    /// workspace. The marker is to be written in a copy of the package.
    package: &str,
} }

/// Markers, and the schedule that fails with them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) lines: Vec<MarkerLine>,
    pub(super) schedule: Schedule,
}

/// The markers for the forced steps of an execution.
///
/// # Errors
///
/// Why markers cannot do it, as the end of a sentence.
pub(super) fn markers(columns: &Columns, calls: &CallLines) -> Result<Marked, String> {
    let steps = Lines::of(columns, calls);
    let mut names = Names::new();
    let mut lines: Vec<MarkerLine> = Vec::new();
    let mut taken = BTreeSet::new();
    let mut halted = Vec::new();
    for halt in steps.halts() {
        let stop = steps.stop(&halt)?;
        if let Some((line, level)) = steps.line_to_mark(&stop)
            && !names.contains_key(&(&*line.file, line.line))
        {
            let function = (&*line.file, &*line.function);
            // One of them is free: there are not as many names.
            let mut numbers = 1..=lines.len() + 1;
            let name = numbers.find_map(|number| {
                let name = numbered(&line.called, number);
                taken.insert((function, name.clone())).then_some(name)
            });
            let name = name.unwrap_or_default();
            lines.push(marker(line, level, &name));
            names.insert((&*line.file, line.line), name);
        }
        halted.push(stop);
    }
    let schedule = schedule(&steps, &halted, &names);
    Ok(Marked { lines, schedule })
}

fn marker(line: &CodeLine, level: usize, name: &str) -> MarkerLine {
    let package = match level {
        0 => "",
        _ => line.file.split('/').next().unwrap_or_default(),
    };
    MarkerLine {
        file: line.file.to_string(),
        line: line.line,
        source: line.source.to_string(),
        name: name.to_owned(),
        package: package.to_owned(),
    }
}

/// The steps at which the turn is taken from a thread of which no line of the workspace can be marked, since the
/// thread is within one.
pub(crate) fn taken_within_lines(columns: &Columns, calls: &CallLines) -> Vec<usize> {
    if calls.of_steps.is_empty() {
        return Vec::new();
    }
    let steps = Lines::of(columns, calls);
    let halts = steps.halts().into_iter();
    let within = halts.filter(|halt| steps.stop(halt).map_or(true, |stop| stop.level() > 0));
    within.map(|halt| halt.at).filter(|at| *at > 0).collect()
}

/// Up to where a thread goes on until it begins another line of the workspace: from its step of this number, if no
/// other thread takes a step before that.
pub(crate) fn next_line_begun(columns: &Columns, calls: &CallLines, from: usize) -> Option<usize> {
    calls.of_steps.get(from)?;
    let steps = Lines::of(columns, calls);
    let thread = &columns.steps[from].thread;
    let own = |it: &usize| columns.steps[*it].thread == *thread;
    let mut own = (from..columns.steps.len()).take_while(own);
    own.find(|it| steps.can_stop(*it, 0))
}

/// A name for what is called so, with a number from the second on.
fn numbered(called: &str, number: usize) -> String {
    let is_part = |it: &char| it.is_alphanumeric() || *it == '_';
    let mut name: String = called.chars().filter(is_part).collect();
    if !name.starts_with(|it: char| it.is_alphabetic()) {
        name.insert_str(0, "step");
    }
    match number {
        1 => name,
        _ => format!("{name}{number}"),
    }
}

/// The forced steps that are steps with these markers too.
fn schedule(lines: &Lines<'_>, halted: &[Stop], names: &Names<'_>) -> Schedule {
    let steps = &lines.columns.steps;
    let (order, forced) = order(lines, halted);
    let last = order[..forced].last().map(|it| &steps[*it].thread);
    let mut passed: BTreeMap<&str, String> = BTreeMap::new();
    let mut schedule = Vec::new();
    let mut is_last_told = true;
    for (place, number) in order.iter().enumerate() {
        let step = &steps[*number];
        // That the last thread goes on is told, if not by its next step then by one after that.
        if place >= forced && (is_last_told || last != Some(&step.thread)) {
            break;
        }
        let told = match step.kind {
            StepKind::Marker if is_access(step) => lines.marked(*number, names),
            StepKind::Marker | StepKind::Start | StepKind::Join => {
                vec![step.marker.name.to_string()]
            }
            _ => vec![
                passed
                    .get(&*step.thread)
                    .map_or("start", |it| it)
                    .to_owned(),
            ],
        };
        is_last_told = !told.is_empty();
        for name in told {
            if step.kind == StepKind::Marker {
                passed.insert(&step.thread, name.clone());
            }
            schedule.push(Step::of_kind(step.kind, &*step.thread, name));
        }
    }
    Schedule::new(schedule)
}

/// The numbers of the steps in the order in which they are taken with these stops, and how many are forced: a
/// thread that is stopped earlier takes some of its steps later.
fn order(lines: &Lines<'_>, halted: &[Stop]) -> (Vec<usize>, usize) {
    let steps = &lines.columns.steps;
    let mut order: Vec<usize> = (0..steps.len()).collect();
    let mut later = BTreeSet::new();
    for (first, next) in halted.iter().filter_map(Stop::moved) {
        let own =
            |it: &usize| (first..next).contains(it) && steps[*it].thread == steps[next].thread;
        let moved: Vec<usize> = order.iter().copied().filter(own).collect();
        order.retain(|it| !own(it));
        let place = order.iter().position(|it| *it == next);
        let place = place.unwrap_or(order.len());
        order.splice(place..place, moved.iter().copied());
        later.extend(moved);
    }
    let is_forced = |it: &usize| *it < lines.forced() && !later.contains(it);
    let forced = order.iter().rposition(is_forced).map_or(0, |it| it + 1);
    (order, forced)
}

#[cfg(test)]
mod tests;
