//! A program that behaves differently under the same choices.

use crate::operation::Pending;

/// A point where the program behaved differently from before, under the same choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contradiction {
    /// How many choices led to the point.
    pub(crate) depth: usize,
    pub(crate) expected: Vec<Pending>,
    /// What is enabled now; empty if the execution ended before the point.
    pub(crate) found: Vec<Pending>,
}
