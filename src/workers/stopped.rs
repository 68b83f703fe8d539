//! What ended a search.

use std::time::Duration;

use crate::error::Error;

/// What ended a search.
///
/// ```
/// use interlace::{Explorer, StoppedBy, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("a", |()| marker!("x"))
///     .thread("b", |()| marker!("y"))
///     .max_schedules(1)
///     .explore();
/// assert_eq!(report.stopped_by(), &StoppedBy::MaxSchedules(1));
/// assert!(!report.is_exhaustive());
/// let text = report.stopped_by().to_string();
/// assert_eq!(text, "stopped by `max_schedules` (1): others were not run");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoppedBy {
    /// No schedule is left.
    Exhausted,
    /// A schedule failed, and the search was not told to keep going.
    FirstFailure,
    /// As many schedules were sampled as the strategy asks for. The others were not run.
    Sampled(u64),
    /// The one schedule that the strategy replays, or `INTERLACE_REPLAY`, was run.
    Replayed,
    /// No schedule with at most this number of preemptions is left. Others have more.
    MaxPreemptions(usize),
    /// As many executions were run as were allowed.
    MaxSchedules(u64),
    /// As many cases were run as proptest was told to: see
    /// `Explorer::sample`, which is the cargo feature `proptest`.
    Cases(u64),
    /// The time for the whole search was up.
    TimeLimit(Duration),
    /// A schedule that was [saved](crate::saved) when it failed fails again. No search was begun.
    SavedFailure,
    /// The program could not be explored, or not to the end.
    Error(Error),
}
