//! The markers that keep a failure of an instrumented build as a test of a plain one; pure.
//!
//! In a plain build a thread stops at markers, and at the calls to the system at which it stops here too. So each
//! place where the minimal schedule takes the turn from a thread that could go on needs a marker, and no other
//! does. A marker gates a line, so the thread has to be stopped before all that the line does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::getters::getters;
use crate::schedule::{Schedule, Step, StepKind};
use crate::timeline::{CodeLine, Columns, TimelineStep};

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
}

getters! { MarkerLine {
    /// Returns the source file, as it is called in the workspace.
    file: &str,
    /// Returns the number of the line, counted from 1.
    line: copy u32,
    /// Returns what the line says now, without the white space around it.
    source: &str,
    /// Returns the name of the marker.
    name: &str,
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
pub(super) fn markers(columns: &Columns) -> Result<Marked, String> {
    let steps = Lines::of(columns);
    let mut names: BTreeMap<(&str, u32), String> = BTreeMap::new();
    let mut lines: Vec<MarkerLine> = Vec::new();
    let mut taken = BTreeSet::new();
    for halt in steps.halts() {
        let line = steps.line_to_mark(&halt)?;
        let place = (&*line.file, line.line);
        if names.contains_key(&place) {
            continue;
        }
        let function = (&*line.file, &*line.function);
        // One of them is free: there are not as many names.
        let mut numbers = 1..=lines.len() + 1;
        let name = numbers.find_map(|number| {
            let name = numbered(&line.called, number);
            taken.insert((function, name.clone())).then_some(name)
        });
        let name = name.unwrap_or_default();
        lines.push(MarkerLine {
            file: line.file.to_string(),
            line: line.line,
            source: line.source.to_string(),
            name: name.clone(),
        });
        names.insert(place, name);
    }
    let schedule = steps.schedule(&names);
    Ok(Marked { lines, schedule })
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

/// Where a thread is stopped.
enum Halt {
    /// Before this step.
    Before(usize),
    /// After this one, for the rest of the execution; the thread is that of this number.
    After(usize, usize),
}

/// Steps, and whether each begins to run its line of the workspace.
struct Lines<'a> {
    columns: &'a Columns,
    begins: Vec<bool>,
}

impl<'a> Lines<'a> {
    fn of(columns: &'a Columns) -> Self {
        let mut begins = vec![false; columns.steps.len()];
        for thread in &columns.threads {
            // The first step of what the line does now.
            let mut first: Option<&TimelineStep> = None;
            let steps = columns.steps.iter().enumerate();
            for (number, step) in steps.filter(|(_, step)| step.thread == *thread) {
                let is_same = |first: &&TimelineStep| match (own_line(first), own_line(step)) {
                    (Some(one), Some(other)) => one.is_line_of(other),
                    _ => false,
                };
                let goes_on = first
                    .filter(is_same)
                    .is_some_and(|it| it.marker != step.marker);
                if !goes_on {
                    begins[number] = true;
                    first = Some(step);
                }
            }
        }
        Lines { columns, begins }
    }

    fn forced(&self) -> usize {
        let steps = self.columns.steps.iter();
        steps.take_while(|step| step.is_forced).count()
    }

    /// Where threads are stopped that could go on, in the forced steps.
    fn halts(&self) -> Vec<Halt> {
        let steps = &self.columns.steps;
        let mut halts = Vec::new();
        let first = |thread: &Arc<str>| steps.iter().position(|step| step.thread == *thread);
        let firsts = self.columns.threads.iter().filter_map(first);
        let declared = firsts.filter(|it| steps[*it].kind != StepKind::Start);
        let declared: Vec<usize> = declared.collect();
        if declared.len() > 1 {
            // Each runs up to its first marker before any other step is taken.
            halts.extend(declared.into_iter().map(Halt::Before));
        }
        for next in 1..self.forced() {
            let thread = &steps[next - 1].thread;
            if *thread == steps[next].thread || steps[next - 1].waits {
                continue;
            }
            let goes_on = (next..steps.len()).find(|it| steps[*it].thread == *thread);
            let number = self.columns.threads.iter().position(|it| it == thread);
            let is_pending = |number: &usize| {
                self.columns
                    .pending
                    .get(*number)
                    .is_some_and(Option::is_some)
            };
            halts.extend(match (goes_on, number.filter(is_pending)) {
                (Some(step), _) => Some(Halt::Before(step)),
                (None, Some(number)) => Some(Halt::After(next - 1, number)),
                (None, None) => None,
            });
        }
        for halt in &mut halts {
            if let Halt::Before(step) = halt {
                *step = self.next_line(*step).unwrap_or(*step);
            }
        }
        halts.retain(|halt| match halt {
            // Calls to the system stop threads in plain builds too, and so do markers that are there.
            Halt::Before(step) => is_access(&steps[*step]),
            Halt::After(..) => true,
        });
        halts
    }

    /// If the thread is stopped within a line: where it begins the next, if what it does until then has to do with no
    /// other thread, so that it may as well be stopped there.
    fn next_line(&self, step: usize) -> Option<usize> {
        let steps = &self.columns.steps;
        let own = |it: &usize| steps[*it].thread == steps[step].thread;
        let mut own = (step..steps.len()).filter(own);
        let next = own.find(|it| self.begins[*it] || !steps[*it].is_alone())?;
        self.begins[next].then_some(next)
    }

    /// The line before which a marker stops the thread there.
    fn line_to_mark(&self, halt: &Halt) -> Result<&'a CodeLine, String> {
        let steps = &self.columns.steps;
        let (line, is_begun, step) = match *halt {
            Halt::Before(step) => (own_line(&steps[step]), !self.begins[step], step),
            Halt::After(step, thread) => {
                let line = self.columns.pending[thread].as_ref();
                let last = own_line(&steps[step]);
                let is_begun = line
                    .zip(last)
                    .is_some_and(|(one, other)| one.is_line_of(other));
                (line, is_begun, step)
            }
        };
        let thread = &steps[step].thread;
        let Some(line) = line else {
            return Err(format!(
                "it is not known from where `{thread}` has come to {}",
                steps[step].marker
            ));
        };
        let CodeLine {
            file,
            line: number,
            source,
            ..
        } = line;
        if is_begun {
            let at = match halt {
                Halt::Before(_) => format!(", at {}", steps[step].marker),
                Halt::After(..) => String::new(),
            };
            return Err(format!(
                "`{thread}` is stopped in the middle of {file}:{number}{at}.\nA marker stops a thread before a line"
            ));
        }
        if source.is_empty() {
            return Err(format!("the line {file}:{number} cannot be read"));
        }
        Ok(line)
    }

    /// The forced steps that are steps with these markers too.
    fn schedule(&self, names: &BTreeMap<(&str, u32), String>) -> Schedule {
        let mut passed: BTreeMap<&str, String> = BTreeMap::new();
        let mut schedule = Vec::new();
        let (steps, forced) = (&self.columns.steps, self.forced());
        let mut is_last_told = true;
        for (number, (step, begins)) in steps.iter().zip(&self.begins).enumerate() {
            // That the last thread goes on is told, if not by its next step then by one after that.
            let is_told =
                number < forced || !is_last_told && step.thread == steps[forced - 1].thread;
            if !is_told {
                break;
            }
            let marked = own_line(step).and_then(|it| names.get(&(&*it.file, it.line)));
            let name = match step.kind {
                StepKind::Marker if !is_access(step) => Some(step.marker.name.to_string()),
                StepKind::Marker => marked.filter(|_| *begins).cloned(),
                StepKind::Start | StepKind::Join => Some(step.marker.name.to_string()),
                _ => Some(
                    passed
                        .get(&*step.thread)
                        .map_or("start", |it| it)
                        .to_owned(),
                ),
            };
            is_last_told = name.is_some();
            let Some(name) = name else {
                continue;
            };
            if step.kind == StepKind::Marker {
                passed.insert(&step.thread, name.clone());
            }
            schedule.push(Step::of_kind(step.kind, &*step.thread, name));
        }
        Schedule::new(schedule)
    }
}

fn own_line(step: &TimelineStep) -> Option<&CodeLine> {
    step.code.as_ref()?.own_line.as_ref()
}

/// Whether the step is an access, which stops no thread in a plain build.
fn is_access(step: &TimelineStep) -> bool {
    step.kind == StepKind::Marker && step.code.as_ref().is_some_and(|code| code.is_access)
}

#[cfg(test)]
mod tests;
