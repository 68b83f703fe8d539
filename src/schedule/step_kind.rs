//! What a step begins with.

use crate::named::{Named as _, named};

named! {
    /// What a step begins with. [`TimelineStep`](crate::TimelineStep) has another example.
    ///
    /// ```
    /// use interlace::{StepKind, schedule};
    ///
    /// let kinds = |schedule: interlace::Schedule| -> Vec<_> {
    ///     schedule.iter().map(|step| step.kind()).collect()
    /// };
    /// let schedule = schedule![a: lock, a: resume(lock), b: timeout(recv)];
    /// assert_eq!(kinds(schedule), [StepKind::Marker, StepKind::Resume, StepKind::Timeout]);
    /// ```
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
    #[non_exhaustive]
    pub enum StepKind {
        /// The code that a marker gates. Of a [`Step`](crate::Step), it may also be `Start` or `Join`,
        /// which schedules write like a marker.
        Marker = "marker",
        /// The first step of a thread that the program has started.
        Start = "start",
        /// Going on after another thread has ended.
        Join = "join",
        /// Going on after a wait that began in an earlier step.
        Resume = "resume",
        /// Giving up a wait because its time is over.
        Timeout = "timeout",
        /// Going on from a wait though nobody has ended it.
        Spurious = "spurious",
        /// Dropping a task that is pending at an await.
        Cancel = "cancel",
    }
}

impl StepKind {
    /// What a schedule writes around the marker that the thread passed last; nothing if it writes the
    /// marker alone, at which the thread is paused.
    pub(super) fn keyword(self) -> Option<&'static str> {
        match self {
            StepKind::Marker | StepKind::Start | StepKind::Join => None,
            _ => Some(self.name()),
        }
    }

    /// The kind that has this keyword.
    pub(super) fn of_keyword(word: &str) -> Option<Self> {
        let known = StepKind::of_name(word)?;
        known.keyword().is_some().then_some(known)
    }
}
