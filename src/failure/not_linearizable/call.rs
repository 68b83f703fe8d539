//! An operation of a history, as text.

use crate::getters::getters;

/// An operation of a [history](crate::linear::History), as text. [`NotLinearizable`](super::NotLinearizable) has an example.
///
/// ```
/// use interlace::linear::{History, Spec};
///
/// /// Each operation takes the next number.
/// #[derive(Clone, PartialEq, Eq, Hash, Default)]
/// struct Tickets(u32);
///
/// impl Spec for Tickets {
///     type Op = &'static str;
///     type Ret = u32;
///
///     fn apply(&mut self, _: &&str) -> u32 {
///         self.0 += 1;
///         self.0 - 1
///     }
/// }
///
/// let history = History::<Tickets>::default();
/// history.invoke_by("a", "take").returns(0);
/// let _never = history.invoke_by("b", "wait");
/// let [first, second] = &history.operations()[..] else { panic!("two") };
/// assert_eq!((first.client(), first.operation(), first.returned()), ("a", "\"take\"", Some("0")));
/// assert_eq!(second.returned(), None);
/// assert!(first.precedes(second) && !second.precedes(first));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryCall {
    pub(crate) client: String,
    pub(crate) operation: String,
    pub(crate) returned: Option<String>,
    /// The numbers of its two events among those of the failure.
    pub(crate) invoked_at: u32,
    pub(crate) returned_at: Option<u32>,
}

getters! { HistoryCall {
    /// Returns the name of the thread that has called it.
    client: &str,
    /// Returns the `Debug` text of the operation.
    operation: &str,
} }

impl HistoryCall {
    /// Whether it had returned when `other` was called.
    #[must_use]
    pub fn precedes(&self, other: &HistoryCall) -> bool {
        self.returned_at.is_some_and(|end| end < other.invoked_at)
    }

    /// Returns the `Debug` text of what it returned; nothing if it did not return.
    #[must_use]
    pub fn returned(&self) -> Option<&str> {
        self.returned.as_deref()
    }
}
