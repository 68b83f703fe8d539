//! Where the threads stand, and which locks they wait for.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use itertools::Itertools as _;

use super::{Activity, MarkerSite, ValueOrText};
use crate::getters::getters;
use crate::text_width::{padded, width};

/// Where a thread stands when an execution ends. Its `Display` leaves out the name.
///
/// ```
/// use interlace::{Explorer, FailureKind, failure::Activity, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("spins", |()| loop { marker!("look") })
///     .max_steps(10)
///     .explore();
/// let FailureKind::StepLimit(limit) = report.assert_fails().kind() else {
///     panic!("not the step limit");
/// };
/// let position = &limit.threads()[0];
/// let Activity::Paused(marker) = position.activity() else {
///     panic!("{position}");
/// };
/// assert_eq!((position.name(), marker.name()), ("spins", "look"));
/// assert_eq!(position.passed(), Some(marker));
/// assert_eq!(position.awaited_locks(), []);
/// assert!(position.to_string().starts_with("is paused at look ("));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadPosition {
    pub(crate) name: Arc<str>,
    pub(crate) activity: Activity,
    pub(crate) passed: Option<MarkerSite>,
    pub(crate) awaited_locks: Vec<AwaitedLock>,
}

getters! { ThreadPosition {
    /// Returns the name of the thread.
    name: &str,
    /// Returns what the thread is doing.
    activity: &Activity,
    /// Returns the locks that the thread is about to [acquire](crate::Acquire) and that are not
    /// free.
    awaited_locks: &[AwaitedLock],
} }

impl ThreadPosition {
    /// Returns the marker that the thread passed last, if it has passed one.
    pub fn passed(&self) -> Option<&MarkerSite> {
        self.passed.as_ref()
    }
}

impl fmt::Display for ThreadPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since = match &self.passed {
            Some(marker) => format!("after passing {marker}"),
            None => "before its first marker".to_owned(),
        };
        f.write_str(&self.activity.describe(&since))
    }
}

/// A lock that a thread is about to [acquire](crate::Acquire) and that is not free.
/// [`Deadlock`](super::Deadlock) has an example.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
/// use std::sync::Mutex;
///
/// let lock_both = |first: usize, second: usize| move |locks: &[Mutex<()>; 2]| {
///     let (first, second) = (&locks[first], &locks[second]);
///     marker!("one", acquires(first));
///     let _one = first.lock().unwrap();
///     marker!("other", acquires(second));
///     let _other = second.lock().unwrap();
/// };
/// let report = Explorer::new(Default::default)
///     .thread("a", lock_both(0, 1))
///     .thread("b", lock_both(1, 0))
///     .explore();
/// let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
///     panic!("not a deadlock");
/// };
/// let lock = &deadlock.threads()[0].awaited_locks()[0]; // for which a waits
/// assert_eq!((lock.name(), lock.last_thread()), ("second", Some("b")));
/// assert_eq!(lock.last_marker().unwrap().name(), "one");
/// assert!(!lock.others_may_hold());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwaitedLock {
    pub(crate) name: Cow<'static, str>,
    /// The last thread to acquire it at a marker, and that marker.
    pub(crate) last: Option<(Arc<str>, MarkerSite)>,
    pub(crate) others_may_hold: bool,
}

getters! { AwaitedLock {
    /// Returns the name by which the marker mentions it.
    name: &str,
    /// Returns whether threads other than [`last_thread`](Self::last_thread) may hold it too,
    /// because several may [share](crate::AcquireShared) it.
    others_may_hold: copy bool,
} }

impl AwaitedLock {
    /// Returns the thread that was the last to acquire it at a marker, unless it has been seen free
    /// since. Code without a marker may have acquired it later.
    pub fn last_thread(&self) -> Option<&str> {
        self.last.as_ref().map(|(thread, _)| &**thread)
    }

    /// Returns the marker at which [`last_thread`](Self::last_thread) acquired it.
    pub fn last_marker(&self) -> Option<&MarkerSite> {
        self.last.as_ref().map(|(_, marker)| marker)
    }
}

/// What follows longer names is not aligned.
const MAX_NAME: usize = 24;

/// Where every thread stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Positions(pub(crate) ValueOrText<Vec<ThreadPosition>>);

impl Positions {
    pub(crate) fn threads(&self) -> &[ThreadPosition] {
        self.0.value().map_or(&[], |threads| threads)
    }

    /// Names the waiting tasks whose wakers are still held somewhere.
    pub(super) fn held(&self) -> String {
        let waiting = self.threads().iter();
        let waiting = waiting.filter(|thread| thread.activity == Activity::Waiting);
        waiting
            .map(|thread| format!("`{}`", thread.name))
            .join(", ")
    }
}

/// One line for each thread and, below it, one for each lock that it waits for. Every line begins
/// with a line break.
impl fmt::Display for Positions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = match &self.0 {
            ValueOrText::Value(threads) => threads,
            ValueOrText::Text(text) => return f.write_str(text),
        };
        let widths = threads.iter().map(|thread| width(&thread.name));
        let width = widths.filter(|it| *it <= MAX_NAME).max().unwrap_or(0);
        f.write_str("\nwhere each thread stands:")?;
        for thread in threads {
            write!(f, "\n  {}  {thread}", padded(&thread.name, width))?;
            for lock in &thread.awaited_locks {
                let (name, empty) = (&lock.name, "");
                write!(f, "\n  {empty:width$}    `{name}`: ")?;
                let Some((last, marker)) = &lock.last else {
                    f.write_str("no marker tells who has it")?;
                    continue;
                };
                let itself = if *last == thread.name { " itself" } else { "" };
                write!(
                    f,
                    "the last to acquire it at a marker was {last}{itself}, at {marker}"
                )?;
                if lock.others_may_hold {
                    f.write_str("; others may have it, too")?;
                }
            }
        }
        Ok(())
    }
}
