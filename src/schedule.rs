//! [`Step`] and [`Schedule`]: which thread goes on from which marker, in which order.

mod step_kind;
mod text;

pub use step_kind::StepKind;
pub(crate) use text::write_step;

use crate::getters::getters;

/// One turn: the thread `thread`, paused at the marker `marker`, goes on.
///
/// A thread that waits after a marker, for a lock say, goes on with a separate step, made by
/// [`resume`](Self::resume); or its wait is interrupted, by [`timeout`](Self::timeout),
/// [`spurious`](Self::spurious) or [`cancel`](Self::cancel).
///
/// ```
/// use interlace::Step;
///
/// let step = Step::new("thread1", "read_value");
/// assert_eq!((step.thread(), step.marker()), ("thread1", "read_value"));
/// assert_eq!(step.to_string(), "thread1:read_value");
/// assert_eq!("thread1:read_value".parse(), Ok(step));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    thread: String,
    marker: String,
    kind: StepKind,
}

getters! { Step {
    /// Returns the name of the thread.
    thread: &str,
    /// Returns the kind of the step: [`StepKind::Marker`] if it is written as a name alone, even if
    /// that is `start` or `join`.
    kind: copy StepKind,
    /// Returns the name of the marker; for a thread that goes on after a wait or from one, of the last
    /// that it passed.
    marker: &str,
} }

impl Step {
    /// Makes the step that lets `thread` go on from `marker`. Any text is a legal name.
    #[must_use]
    pub fn new(thread: impl Into<String>, marker: impl Into<String>) -> Self {
        Step {
            thread: thread.into(),
            marker: marker.into(),
            kind: StepKind::Marker,
        }
    }

    /// Makes a step of this kind. One that has no keyword is written as a marker.
    pub(crate) fn of_kind(
        kind: StepKind,
        thread: impl Into<String>,
        marker: impl Into<String>,
    ) -> Self {
        let kind = kind.keyword().map_or(StepKind::Marker, |_| kind);
        Step {
            kind,
            ..Step::new(thread, marker)
        }
    }

    /// Makes the step that lets `thread` go on after a wait that began when `marker` was the last
    /// it had passed.
    ///
    /// ```
    /// use interlace::Step;
    ///
    /// let step = Step::resume("thread1", "lock");
    /// assert_eq!(step.to_string(), "thread1:resume(lock)");
    /// ```
    #[must_use]
    pub fn resume(thread: impl Into<String>, marker: impl Into<String>) -> Self {
        Step::of_kind(StepKind::Resume, thread, marker)
    }

    /// Makes the step in which the time is over for which `thread` waits. Its wait began when `marker`
    /// was the last it had passed.
    ///
    /// ```
    /// use interlace::Step;
    ///
    /// let step = Step::timeout("thread1", "recv");
    /// assert_eq!(step.to_string(), "thread1:timeout(recv)");
    /// ```
    #[must_use]
    pub fn timeout(thread: impl Into<String>, marker: impl Into<String>) -> Self {
        Step::of_kind(StepKind::Timeout, thread, marker)
    }

    /// Makes the step in which `thread` goes on from its wait though nobody has ended that. It began
    /// when `marker` was the last it had passed.
    ///
    /// ```
    /// use interlace::Step;
    ///
    /// let step = Step::spurious("thread1", "wait");
    /// assert_eq!(step.to_string(), "thread1:spurious(wait)");
    /// ```
    #[must_use]
    pub fn spurious(thread: impl Into<String>, marker: impl Into<String>) -> Self {
        Step::of_kind(StepKind::Spurious, thread, marker)
    }

    /// Makes the step that drops the task `thread` at the await where it is pending. `marker` was the
    /// last that it had passed.
    ///
    /// ```
    /// use interlace::Step;
    ///
    /// let step = Step::cancel("task", "send");
    /// assert_eq!(step.to_string(), "task:cancel(send)");
    /// ```
    #[must_use]
    pub fn cancel(thread: impl Into<String>, marker: impl Into<String>) -> Self {
        Step::of_kind(StepKind::Cancel, thread, marker)
    }

    /// Returns whether the thread goes on after a wait, not from the marker.
    #[must_use]
    pub fn is_resume(&self) -> bool {
        self.kind == StepKind::Resume
    }
}

/// The order in which threads go on from their markers.
///
/// A schedule may be shorter than the execution it steers: after its last step, the thread that ran
/// last runs on until it ends or blocks, then the others in the order in which they were added.
///
/// It prints as one line and parses back. A name with other characters than letters, digits, `_`,
/// `-`, `.` and `/` is printed in quotes, with Rust's escapes. The line may begin with the version
/// of this format, `v1` or `v2`. Version 2 adds `resume(marker)`, for a thread that goes on after a
/// wait, which version 1 wrote as `marker`; that is still understood. It also adds
/// `timeout(marker)`, `spurious(marker)` and `cancel(marker)`, which interrupt a wait.
///
/// ```
/// use interlace::{Schedule, Step};
///
/// let schedule = Schedule::new([
///     Step::new("thread1", "read_value"),
///     Step::new("thread 2", "read_value"),
/// ]);
/// let line = r#"thread1:read_value "thread 2":read_value"#;
/// assert_eq!(schedule.to_string(), line);
/// assert_eq!(line.parse(), Ok(schedule.clone()));
///
/// // Steps can be looked at, added and taken out.
/// for step in &schedule {
///     assert_eq!(step.marker(), "read_value");
/// }
/// let mut longer = schedule.clone();
/// longer.extend([Step::new("thread1", "write_value")]);
/// assert_eq!(longer.iter().take(2).cloned().collect::<Schedule>(), schedule);
/// assert_eq!(longer.into_iter().nth(2), Some(Step::new("thread1", "write_value")));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Schedule {
    steps: Vec<Step>,
}

getters! { Schedule {
    /// Returns the steps, in order.
    steps: &[Step],
} }

impl Schedule {
    /// Makes a schedule of these steps. It may be empty.
    #[must_use]
    pub fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Schedule {
            steps: steps.into_iter().collect(),
        }
    }

    /// Returns the number of steps.
    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Returns whether there is no step.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Iterates over the steps, in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Step> {
        self.steps.iter()
    }

    /// Counts the switches away from a thread that has a later step in this schedule.
    ///
    /// If the schedule holds every step of an execution in which no thread blocks, these are its
    /// preemptions. A shorter schedule shows only some of them; a [`Failure`](crate::Failure) knows
    /// the number for the whole execution.
    ///
    /// ```
    /// let schedule = interlace::schedule![a: x, b: x, a: y, b: y];
    /// assert_eq!(schedule.preemptions(), 2);
    /// ```
    #[must_use]
    pub fn preemptions(&self) -> usize {
        let switches = self.steps.windows(2).enumerate();
        switches
            .filter(|(at, pair)| {
                let left = &pair[0].thread;
                *left != pair[1].thread && self.steps[at + 2..].iter().any(|s| s.thread == *left)
            })
            .count()
    }
}

impl FromIterator<Step> for Schedule {
    fn from_iter<I: IntoIterator<Item = Step>>(steps: I) -> Self {
        Schedule::new(steps)
    }
}

impl From<Vec<Step>> for Schedule {
    fn from(steps: Vec<Step>) -> Self {
        Schedule { steps }
    }
}

impl Extend<Step> for Schedule {
    fn extend<I: IntoIterator<Item = Step>>(&mut self, steps: I) {
        self.steps.extend(steps);
    }
}

impl IntoIterator for Schedule {
    type Item = Step;
    type IntoIter = std::vec::IntoIter<Step>;

    fn into_iter(self) -> Self::IntoIter {
        self.steps.into_iter()
    }
}

impl<'a> IntoIterator for &'a Schedule {
    type Item = &'a Step;
    type IntoIter = std::slice::Iter<'a, Step>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Builds a [`Schedule`]: `thread: marker`, or `thread: resume(marker)`, separated by commas. Instead
/// of `resume`, there may be `timeout`, `spurious` or `cancel`.
///
/// A name that is not a Rust identifier is written in quotes.
///
/// ```
/// use interlace::{Schedule, Step, schedule};
///
/// let schedule = schedule![thread1: read_value, "thread 2": "read-value"];
/// assert_eq!(schedule.steps()[1], Step::new("thread 2", "read-value"));
/// assert_eq!(schedule![a: resume(lock)].steps()[0], Step::resume("a", "lock"));
/// assert_eq!(schedule![a: timeout(recv)].steps()[0], Step::timeout("a", "recv"));
/// assert_eq!(schedule![], Schedule::default());
/// ```
#[macro_export]
macro_rules! schedule {
    (@name $name:literal) => { $name };
    (@name $name:ident) => { ::core::stringify!($name) };
    (@step $thread:tt resume ($marker:tt)) => {
        $crate::Step::resume($crate::schedule!(@name $thread), $crate::schedule!(@name $marker))
    };
    (@step $thread:tt timeout ($marker:tt)) => {
        $crate::Step::timeout($crate::schedule!(@name $thread), $crate::schedule!(@name $marker))
    };
    (@step $thread:tt spurious ($marker:tt)) => {
        $crate::Step::spurious($crate::schedule!(@name $thread), $crate::schedule!(@name $marker))
    };
    (@step $thread:tt cancel ($marker:tt)) => {
        $crate::Step::cancel($crate::schedule!(@name $thread), $crate::schedule!(@name $marker))
    };
    (@step $thread:tt $marker:tt) => {
        $crate::Step::new($crate::schedule!(@name $thread), $crate::schedule!(@name $marker))
    };
    ($($thread:tt : $marker:tt $(($after:tt))?),* $(,)?) => {
        $crate::Schedule::new([
            $($crate::schedule!(@step $thread $marker $(($after))?)),*
        ])
    };
}

#[cfg(test)]
mod tests;
