//! How an execution counts in a search.

use super::Contradiction;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "facts that have nothing to do with each other"
)]
pub(crate) struct Account {
    /// Whether it was run, and counted, in an earlier search of the same plan, or only to find out
    /// something.
    pub(crate) is_repetition: bool,
    /// Whether it counts nevertheless if it fails, which ends the search.
    pub(crate) counts_if_it_fails: bool,
    /// Whether this search leaves out executions of the program.
    pub(crate) leaves_out: bool,
    /// Whether it was drawn uniformly, each execution as likely as any other.
    pub(crate) is_uniform: bool,
    /// The class that it stands for, if it does: a number which all executions of it have.
    pub(crate) class: Option<u64>,
    /// The step, if there is one, because of which this search cannot go through the program.
    pub(crate) irreducible: Option<Irreducible>,
    /// The point at which the program contradicted an earlier execution, if it did.
    pub(crate) contradiction: Option<Box<Contradiction>>,
}

/// A step whose order with others may matter whatever it is said to touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Irreducible {
    /// The marker of this step declares nothing.
    Opaque(usize),
    /// This step begins or ends a wait that may also end spuriously, by a cancellation, or by the world outside.
    /// Or after it a thread is held back that could go on, as before its second time-out in a row.
    Conditional(usize),
    /// No marker has declared anything.
    NothingDeclared,
}

impl Account {
    /// Whether the search cannot go on after it.
    pub(crate) fn ends_search(&self) -> bool {
        self.contradiction.is_some() || self.irreducible.is_some()
    }

    /// Whether it counts as an execution like any other, perhaps for its class.
    pub(crate) fn is_plain(&self) -> bool {
        let class = self.class;
        let plain = Account {
            class,
            ..Account::default()
        };
        *self == plain
    }
}
