//! The steps of an execution, as values and drawn in one column per thread.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use itertools::Itertools as _;

use crate::failure::{MAX_WIDTH, MarkerSite, ValueOrText};
use crate::getters::getters;
use crate::operation::Event;
use crate::schedule::StepKind;

/// The steps that an execution took, in order. Its `Display` has a column for each thread.
///
/// ```
/// use interlace::{Explorer, Schedule, marker};
///
/// let execution = Explorer::new(|| ())
///     .thread("a", |()| { marker!("x"); marker!("y") })
///     .thread("b", |()| marker!("z"))
///     .replay(&Schedule::default());
/// let timeline = execution.timeline();
/// assert!(timeline.threads().eq(["a", "b"]));
/// let markers = timeline.steps().iter().map(|step| step.marker().name());
/// assert!(markers.eq(["x", "y", "z"]));
/// assert!(timeline.to_string().starts_with("  step    a  b\n     1    x     "));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Timeline(pub(crate) ValueOrText<Columns>);

/// The contents of a timeline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Columns {
    pub(crate) threads: Vec<Arc<str>>,
    pub(crate) steps: Vec<TimelineStep>,
}

/// A step that an execution took.
///
/// ```
/// use interlace::{Explorer, StepKind, marker, schedule};
///
/// let body = |(): &()| { marker!("x"); marker!("y") };
/// let execution = Explorer::new(|| ())
///     .thread("a", body)
///     .thread("b", body)
///     .replay(&schedule![a: x, b: x]);
/// let step = &execution.timeline().steps()[1];
/// assert_eq!((step.thread(), step.marker().name(), step.kind()), ("b", "x", StepKind::Marker));
/// assert!(step.is_forced() && step.preempts() && !step.waits());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimelineStep {
    pub(crate) thread: Arc<str>,
    pub(crate) kind: StepKind,
    pub(crate) marker: MarkerSite,
    pub(crate) is_forced: bool,
    pub(crate) preempts: bool,
    pub(crate) waits: bool,
}

impl Timeline {
    /// The timeline of `steps`, of which the first `forced` are forced; `names` are those of the
    /// threads.
    pub(crate) fn of(names: &[Arc<str>], steps: &[Event], forced: usize) -> Self {
        let steps = steps
            .iter()
            .enumerate()
            .map(|(number, event)| TimelineStep {
                thread: Arc::clone(&names[event.thread.index()]),
                kind: event.operation.step_kind(),
                marker: event.operation.name().into(),
                is_forced: number < forced,
                preempts: event.preempts,
                waits: event.waits(),
            });
        Timeline(ValueOrText::Value(Columns {
            steps: steps.collect(),
            threads: names.to_vec(),
        }))
    }

    /// Returns the names of the threads. Empty, like [`steps`](Self::steps), if this was read from
    /// a report of version 1.
    pub fn threads(&self) -> impl Iterator<Item = &str> {
        let threads = self.0.value().into_iter().flat_map(|it| &it.threads);
        threads.map(|name| &**name)
    }

    /// Returns the steps.
    pub fn steps(&self) -> &[TimelineStep] {
        self.0.value().map_or(&[], |columns| &columns.steps)
    }
}

getters! { TimelineStep {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns what the step begins with.
    kind: copy StepKind,
    /// Returns the marker; for a thread that goes on after a wait or from one, the last that it
    /// passed.
    marker: &MarkerSite,
    /// Returns whether the schedule forces this step. Steps after its end follow the fixed order.
    is_forced: copy bool,
    /// Returns whether the step is a preemption: the thread of the step before could have gone on
    /// instead; or it interrupts a wait, by an early time-out, a spurious wake-up or a cancellation.
    preempts: copy bool,
    /// Returns whether the step ends with the thread waiting.
    waits: copy bool,
} }

impl TimelineStep {
    /// The text in the column of the thread.
    fn cell(&self) -> Cow<'_, str> {
        let name = &self.marker.name;
        let begins = match self.kind {
            StepKind::Marker | StepKind::Start | StepKind::Join => None,
            StepKind::Resume => Some("goes on"),
            StepKind::Timeout if self.preempts => Some("times out early"),
            StepKind::Timeout => Some("times out"),
            StepKind::Spurious => Some("wakes by itself"),
            StepKind::Cancel => Some("is cancelled"),
        };
        match (begins, self.waits) {
            (None, false) => Cow::Borrowed(name),
            (None, true) => format!("{name} (waits)").into(),
            (Some(begins), false) => format!("{name} ({begins})").into(),
            (Some(begins), true) => format!("{name} ({begins}, waits)").into(),
        }
    }

    /// Where the marker stands in the source.
    fn place(&self) -> String {
        let MarkerSite { file, line, .. } = &self.marker;
        match self.kind {
            StepKind::Join => "(no marker)".to_owned(),
            _ if file.is_empty() => "(no marker yet)".to_owned(),
            _ => format!("{file}:{line}"),
        }
    }
}

/// The middle of longer executions is left out.
const MAX_LINES: usize = 100;

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
        let Columns { threads, steps } = self;
        if steps.is_empty() {
            return write!(f, "  (no thread has gone on from a marker)");
        }
        let widths: Vec<usize> = threads.iter().map(|name| self.width(name)).collect();
        let number_width = steps.len().to_string().len().max("step".len());
        let header = threads
            .iter()
            .zip(&widths)
            .map(|(name, &width)| format!("{name:width$}"))
            .join("  ");
        write!(f, "  {:number_width$}    {}", "step", header.trim_end())?;
        for (number, step) in steps.iter().enumerate() {
            if let Some(count) = left_out(number, steps.len()) {
                if count > 0 {
                    let dots = "…";
                    write!(
                        f,
                        "\n  {dots:>number_width$}    ({count} steps are left out)"
                    )?;
                }
                continue;
            }
            let mark = if step.is_forced { '*' } else { ' ' };
            write!(f, "\n  {:>number_width$} {mark}", number + 1)?;
            for (name, width) in threads.iter().zip(&widths) {
                let own = *name == step.thread;
                let cell = if own { step.cell() } else { "".into() };
                write!(f, "  {cell:width$}")?;
            }
            write!(f, "  {}", step.place())?;
        }
        Ok(())
    }
}

impl Columns {
    /// The width of a thread's column in characters, by which `format!` pads.
    fn width(&self, thread: &Arc<str>) -> usize {
        let own = self.steps.iter().filter(|step| step.thread == *thread);
        let cells = own.map(|step| step.cell().chars().count());
        let width = cells.max().unwrap_or(0).max(thread.chars().count());
        width.min(MAX_WIDTH)
    }
}

/// Whether the step with this number is left out. For the first one left out, tells how many are.
fn left_out(number: usize, steps: usize) -> Option<usize> {
    let kept = MAX_LINES / 2;
    if steps <= MAX_LINES || !(kept..steps - kept).contains(&number) {
        return None;
    }
    Some(if number == kept { steps - MAX_LINES } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Site;

    fn step(thread: &str, site: &'static Site, waits: bool) -> TimelineStep {
        TimelineStep {
            thread: thread.into(),
            kind: StepKind::Marker,
            marker: site.id().into(),
            is_forced: false,
            preempts: false,
            waits,
        }
    }

    fn draw(threads: &[&str], mut steps: Vec<TimelineStep>, forced: usize) -> String {
        for step in &mut steps[..forced] {
            step.is_forced = true;
        }
        let threads = threads.iter().map(|&name| name.into()).collect();
        Timeline(ValueOrText::Value(Columns { threads, steps })).to_string()
    }

    static READ: Site = Site::new("read", "src/a.rs", 3, 9);
    static WRITE: Site = Site::new("write", "src/a.rs", 14, 9);

    #[test]
    fn each_thread_has_a_column_and_forced_steps_have_an_asterisk() {
        let steps = vec![
            step("thread1", &READ, false),
            step("t2", &READ, true),
            step("thread1", &WRITE, false),
        ];
        let expected = "
  step    thread1  t2
     1 *  read                   src/a.rs:3
     2 *           read (waits)  src/a.rs:3
     3    write                  src/a.rs:14";
        assert_eq!(
            format!("\n{}", draw(&["thread1", "t2"], steps, 2)),
            expected
        );
    }

    #[test]
    fn how_a_wait_ends_is_told_beside_the_marker_that_it_began_after() {
        let told_of = |kind, preempts, waits| {
            let step = TimelineStep {
                kind,
                preempts,
                ..step("t", &READ, waits)
            };
            step.cell().into_owned()
        };
        let told = |kind, waits| told_of(kind, false, waits);
        assert_eq!(told(StepKind::Resume, false), "read (goes on)");
        assert_eq!(told(StepKind::Timeout, false), "read (times out)");
        let early = told_of(StepKind::Timeout, true, false);
        assert_eq!(early, "read (times out early)");
        assert_eq!(
            told(StepKind::Spurious, true),
            "read (wakes by itself, waits)"
        );
        assert_eq!(told(StepKind::Cancel, false), "read (is cancelled)");
    }

    #[test]
    fn a_long_execution_is_drawn_without_its_middle() {
        let steps = vec![step("t", &READ, false); 1000];
        let text = draw(&["t"], steps, 0);
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

    #[test]
    fn names_of_any_length_are_drawn() {
        let long = "t".repeat(100_000);
        let text = draw(&[&long], vec![step(&long, &READ, true)], 0);
        assert!(text.contains(&long) && text.contains("read (waits)"));
    }
}
