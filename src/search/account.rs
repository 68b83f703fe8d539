//! How an execution counts in a search.

use super::Contradiction;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Account {
    /// Whether it was run, and counted, in an earlier search of the same plan.
    pub(crate) is_repetition: bool,
    /// Whether this search leaves out executions of the program.
    pub(crate) leaves_out: bool,
    /// Whether it was drawn uniformly, each execution as likely as any other.
    pub(crate) is_uniform: bool,
    /// The point at which the program contradicted an earlier execution, if it did.
    pub(crate) contradiction: Option<Box<Contradiction>>,
}
