//! Wrong ways to compare two executions, each of which a test has to notice.

use crate::broken_rules::broken_rules;

/// A rule of the comparison that is broken on purpose. In a build without tests all hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// It does not matter how many threads could go on.
    CountsIgnored,
    /// It does not matter how an execution ends.
    EndsIgnored,
    /// It does not matter which outcome it has.
    OutcomesIgnored,
    /// It does not matter what steps touch.
    TouchedIgnored,
    /// What the first use of something touches has to be touched each time.
    FirstUseMatters,
}

broken_rules!(Mutant);
