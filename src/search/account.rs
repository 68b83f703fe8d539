//! What is to be made of an execution that has ended.

use super::Contradiction;

/// What a search says of an execution that has ended.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Account {
    /// Whether it was run, and counted, in an earlier search of the same plan.
    pub(crate) is_repetition: bool,
    /// Whether this search passes over executions of the program.
    pub(crate) leaves_out: bool,
    /// Whether it was drawn in such a way that all executions were equally likely.
    pub(crate) is_uniform: bool,
    /// The point at which the program contradicted an earlier execution, if it did.
    pub(crate) contradiction: Option<Box<Contradiction>>,
}
