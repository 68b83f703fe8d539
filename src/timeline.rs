//! The steps of an execution, as values and drawn in one column per thread.

mod code;
mod columns;
mod lock_use;
pub(crate) mod locks;
pub(crate) mod rows;
pub(crate) mod shared;

use std::sync::Arc;

pub use code::CodeLine;
pub(crate) use code::{CallLines, StepCode};
pub(crate) use columns::Drawn;
pub(crate) use lock_use::LockUse;

use crate::failure::{MarkerSite, ValueOrText};
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
    /// The files whose lines are not shown, since they were changed after the program was built.
    pub(crate) changed: Vec<String>,
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
    /// The code that it is of, if that was found in an instrumented build.
    pub(crate) code: Option<Box<StepCode>>,
    /// The locks that it acquires and releases, as far as that is known.
    pub(crate) locks: Vec<LockUse>,
}

impl Columns {
    /// The number of the step's thread.
    pub(crate) fn thread(&self, step: &TimelineStep) -> usize {
        let own = |name: &Arc<str>| *name == step.thread;
        self.threads.iter().position(own).unwrap_or(0)
    }

    /// Those of `steps`, of which the first `forced` are forced; `names` are those of the threads.
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
                code: None,
                locks: Vec::new(),
            });
        Columns {
            steps: steps.collect(),
            threads: names.to_vec(),
            changed: Vec::new(),
        }
    }
}

impl Timeline {
    /// Returns the names of the threads. Empty, like [`steps`](Self::steps), if this was read from
    /// a report of version 1.
    pub fn threads(&self) -> impl Iterator<Item = &str> {
        let threads = self.0.value().into_iter().flat_map(|it| &it.threads);
        threads.map(|name| &**name)
    }

    /// The contents, if steps are accesses in instrumented code.
    pub(crate) fn instrumented(&self) -> Option<&Columns> {
        let has_code = |columns: &&Columns| columns.steps.iter().any(|step| step.code.is_some());
        self.0.value().filter(has_code)
    }

    /// The innermost line of the workspace from which a thread takes a step of this kind at this marker.
    pub(crate) fn own_line(
        &self,
        thread: &str,
        kind: StepKind,
        marker: &MarkerSite,
    ) -> Option<&CodeLine> {
        let is_it = |step: &&TimelineStep| {
            *step.thread == *thread && step.kind == kind && step.marker == *marker
        };
        self.steps()
            .iter()
            .find(is_it)?
            .code
            .as_ref()?
            .own_line
            .as_ref()
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
    /// Returns the text of the line of an access in instrumented code, without the white space around it.
    /// Empty for other steps, and if the file cannot be read or has changed since the program was built.
    #[must_use]
    pub fn source(&self) -> &str {
        self.code.as_ref().map_or("", |code| &code.source)
    }

    /// Returns the innermost line of the workspace that has led to the step, if the step itself is in another
    /// package or in std. Known in instrumented builds only.
    ///
    /// ```
    /// use interlace::{Explorer, Schedule, marker};
    ///
    /// let execution = Explorer::new(|| ())
    ///     .thread("a", |()| marker!("x"))
    ///     .replay(&Schedule::default());
    /// let step = &execution.timeline().steps()[0];
    /// // It was marked, and not found in code.
    /// assert!(step.called_from().is_none() && step.source().is_empty() && !step.is_alone());
    /// ```
    #[must_use]
    pub fn called_from(&self) -> Option<&CodeLine> {
        let line = self.code.as_ref()?.own_line.as_ref()?;
        let is_same = line.line == self.marker.line && line.file == self.marker.file;
        (!is_same).then_some(line)
    }

    /// Returns whether the step is an access in instrumented code to what no other thread touches that runs at
    /// the same time. The timeline shows such steps in one line.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.code.as_ref().is_some_and(|code| code.is_alone)
    }
}
