//! Wrong variants of the checks' rules, each of which a test has to catch.

use crate::broken_rules::broken_rules;

/// A rule that is broken on purpose. In a build without tests all rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// What was tried is known by the operations behind it, whatever the state.
    StateForgotten,
    /// What was tried is known by the state, whatever the operations behind it.
    TakenForgotten,
    /// An operation that has not returned has not taken effect.
    PendingLeftOut,
    /// An operation may come after others that were called when it had returned.
    ReturnsIgnored,
    /// What an operation that was taken back has made of the state stays.
    StateKept,
}

impl Mutant {
    #[cfg(test)]
    pub(super) const ALL: [Mutant; 5] = [
        Mutant::StateForgotten,
        Mutant::TakenForgotten,
        Mutant::PendingLeftOut,
        Mutant::ReturnsIgnored,
        Mutant::StateKept,
    ];
}

broken_rules!(Mutant);
