//! What a thread is doing when an execution ends.

use std::sync::Arc;

use super::{MarkerSite, WaitSite};
use crate::operation::{ThreadId, ThreadState};

/// What a thread is doing when an execution ends.
///
/// ```
/// use interlace::{Explorer, FailureKind, failure::Activity, marker};
///
/// let report = Explorer::new(|| ())
///     .task("waits", async |_| { marker!("wait"); std::future::pending().await })
///     .explore();
/// let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
///     panic!("not a deadlock");
/// };
/// // `pending` did not keep the waker that it was given.
/// assert_eq!(deadlock.threads()[0].activity(), &Activity::NoWakerLeft);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activity {
    /// It has not yet been run up to its first marker.
    NotStarted,
    /// It was started by the program and has not taken its first step.
    Starting,
    /// It is running.
    Running,
    /// It is paused at a marker and can go on.
    Paused(MarkerSite),
    /// It is paused at a marker, about to acquire something that is not free.
    WaitingForLock(MarkerSite),
    /// It is paused at a marker. Whether what it is about to acquire there is free was still being
    /// asked when the time was up.
    BeingAsked(MarkerSite),
    /// It waits for the thread of this name to end.
    Joining(Arc<str>),
    /// It waited for the thread of this name, which has ended, and can go on.
    Joined(Arc<str>),
    /// It is a task that waits to be woken.
    Waiting,
    /// It is a task that waits to be woken, and no waker of it is left.
    NoWakerLeft,
    /// It is a task that was woken and has not gone on yet.
    Woken,
    /// It waits in a call to the system.
    Blocked(WaitSite),
    /// It waits in a call to the system, and may go on although what it waits for has not come: by a
    /// time-out, or spuriously.
    MayGoOn(WaitSite),
    /// It waited in a call to the system and can go on.
    Unblocked(WaitSite),
    /// It has ended.
    Finished,
    /// It has panicked.
    Panicked,
    /// It was ended after a failure elsewhere.
    Unwound,
}

impl Activity {
    /// The activity of a thread in `state`; `names` are those of all threads, by id.
    pub(crate) fn of(state: ThreadState, names: &[Arc<str>]) -> Self {
        let name = |thread: ThreadId| Arc::clone(&names[thread.index()]);
        match state {
            ThreadState::NotStarted => Activity::NotStarted,
            ThreadState::Starting => Activity::Starting,
            ThreadState::Running => Activity::Running,
            ThreadState::Marker(marker) => Activity::Paused(marker.into()),
            ThreadState::WaitingForLock(marker) => Activity::WaitingForLock(marker.into()),
            ThreadState::BeingAsked(marker) => Activity::BeingAsked(marker.into()),
            ThreadState::Joining(other) => Activity::Joining(name(other)),
            ThreadState::Joined(other) => Activity::Joined(name(other)),
            ThreadState::Waiting => Activity::Waiting,
            ThreadState::NoWakerLeft => Activity::NoWakerLeft,
            ThreadState::Woken => Activity::Woken,
            ThreadState::Blocked(site) => Activity::Blocked(site),
            ThreadState::MayGoOn(site) => Activity::MayGoOn(site),
            ThreadState::Unblocked(site) => Activity::Unblocked(site),
            ThreadState::Finished => Activity::Finished,
            ThreadState::Panicked => Activity::Panicked,
            ThreadState::Unwound => Activity::Unwound,
        }
    }

    /// Describes it in words; `since` says which marker the thread passed last.
    pub(super) fn describe(&self, since: &str) -> String {
        match self {
            Activity::NotStarted => "has not started".to_owned(),
            Activity::Starting => "was started, and has not taken its first step".to_owned(),
            Activity::Joining(other) => format!("waits for the end of {other}, {since}"),
            Activity::Joined(other) => {
                format!("waited for the end of {other} and can go on, {since}")
            }
            Activity::Running => format!("is running, {since}"),
            Activity::Paused(marker) => format!("is paused at {marker}"),
            Activity::WaitingForLock(marker) => {
                format!("is paused at {marker}, and what it acquires there is not free")
            }
            Activity::BeingAsked(marker) => format!(
                "is paused at {marker}, and whether what it acquires there is free was asked and \
                 not answered"
            ),
            Activity::Waiting => format!("waits to be woken, {since}"),
            Activity::NoWakerLeft => {
                format!("waits to be woken, {since}, and nobody holds a waker of it")
            }
            Activity::Woken => format!("was woken and has not gone on, {since}"),
            Activity::Blocked(site) => format!("is blocked {site}, {since}"),
            Activity::MayGoOn(site) => {
                format!("waits {site}, and may go on without what it waits for, {since}")
            }
            Activity::Unblocked(site) => format!("was blocked {site} and can go on, {since}"),
            Activity::Finished => "has finished".to_owned(),
            Activity::Panicked => format!("has panicked, {since}"),
            Activity::Unwound => "was unwound".to_owned(),
        }
    }
}
