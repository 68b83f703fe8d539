//! Violated expectations: outcomes, views and invariants.

use std::fmt;
use std::sync::Arc;

use itertools::Itertools as _;

use super::{SerialOrder, SerialViews};
use crate::getters::getters;

/// An outcome that is not allowed.
///
/// ```
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(|| ())
///     .thread("t", |()| marker!("x"))
///     .outcome(|()| 3)
///     .allow_outcomes([1, 2])
///     .explore();
/// let FailureKind::OutcomeNotAllowed(failure) = report.assert_fails().kind() else {
///     panic!("it is allowed");
/// };
/// assert_eq!((failure.outcome(), failure.allowed()), ("3", &["1".into(), "2".into()][..]));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeNotAllowed {
    pub(crate) outcome: String,
    pub(crate) allowed: Arc<[String]>,
}

getters! { OutcomeNotAllowed {
    /// Returns the `Debug` text of the outcome.
    outcome: &str,
    /// Returns the `Debug` texts of the allowed outcomes, in the order given.
    allowed: &[String],
} }

impl fmt::Display for OutcomeNotAllowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OutcomeNotAllowed { outcome, allowed } = self;
        write!(f, "the outcome `{outcome}` is not allowed; allowed are:")?;
        allowed.iter().try_for_each(|it| write!(f, "\n  {it}"))
    }
}

/// A view that no serial order of the threads produces. [`SerialOrder`] has an example.
///
/// ```
/// use std::sync::atomic::{AtomicI32, Ordering::SeqCst};
/// use interlace::{Explorer, FailureKind, marker};
///
/// let add = |amount| move |balance: &AtomicI32| {
///     marker!("read");
///     let read = balance.load(SeqCst);
///     marker!("write");
///     balance.store(read + amount, SeqCst);
/// };
/// let report = Explorer::new(AtomicI32::default)
///     .thread("a", add(1))
///     .thread("b", add(2))
///     .serializable(|balance| balance.load(SeqCst))
///     .explore();
/// let FailureKind::NotSerializable(failure) = report.assert_fails().kind() else {
///     panic!("it is 3 in either order");
/// };
/// assert_eq!(failure.view(), "1"); // what b has added is lost
/// assert_eq!(failure.nearest()[0].view(), "3");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSerializable {
    pub(crate) view: String,
    pub(crate) nearest: Vec<SerialOrder>,
    /// The views of all serial orders, until the nearest are found among them.
    pub(crate) views: Arc<SerialViews>,
}

/// How many serial orders are shown beside a view that none of them produces.
const NEAREST: usize = 3;

getters! { NotSerializable {
    /// Returns the `Debug` text of the view.
    view: &str,
    /// Returns the serial orders with the most similar views: at most three, the most similar
    /// first. Empty if no serial order ends without a failure.
    nearest: &[SerialOrder],
} }

impl NotSerializable {
    /// Finds the nearest serial orders; `names` are those of the threads, by id.
    pub(crate) fn find_nearest(&mut self, names: &[Arc<str>]) {
        self.nearest = self.views.nearest(&self.view, NEAREST, names);
        self.views = Arc::default();
    }
}

impl fmt::Display for NotSerializable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let view = &self.view;
        write!(f, "not serializable: this execution gives\n  {view}\n")?;
        if self.nearest.is_empty() {
            return write!(
                f,
                "and no serial order of the threads ends without a failure"
            );
        }
        write!(f, "and no serial order of the threads does; the nearest:")?;
        self.nearest.iter().try_for_each(|order| {
            let threads = order.threads().iter().format(", then ");
            write!(f, "\n  {}  ({threads})", order.view())
        })
    }
}

/// An invariant that was false. [`invariant`](crate::Explorer::invariant) has an example.
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
/// use interlace::{Explorer, FailureKind, marker};
///
/// let report = Explorer::new(AtomicU32::default)
///     .thread("t", |level| { marker!("raise"); level.store(11, SeqCst) })
///     .invariant("low", |level| level.load(SeqCst) <= 10)
///     .explore();
/// let FailureKind::Invariant(violation) = report.assert_fails().kind() else {
///     panic!("it is raised");
/// };
/// assert_eq!(violation.name(), "low");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvariantViolation {
    pub(crate) name: Arc<str>,
}

getters! { InvariantViolation {
    /// Returns the name of the invariant.
    name: &str,
} }

impl fmt::Display for InvariantViolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the invariant `{}` does not hold", self.name)
    }
}
