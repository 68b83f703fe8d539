//! What can be changed about an operation.

use std::fmt;

/// A change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Change {
    Relaxed,
    TwoSteps,
    LeftOut,
}

impl Change {
    /// Those that can be made to what `operation` does, with these orders by their numbers in C11.
    pub(super) fn of(operation: &str, orders: [u8; 2]) -> Vec<Self> {
        let is_update = !matches!(operation, "load" | "store" | "fence");
        let writes = is_update || operation == "store";
        let mut changes = Vec::new();
        if orders != [0, 0] {
            changes.push(Change::Relaxed);
        }
        if is_update {
            changes.push(Change::TwoSteps);
        }
        if writes {
            changes.push(Change::LeftOut);
        }
        changes
    }

    /// As the library is told.
    pub(super) fn word(self) -> &'static str {
        match self {
            Change::Relaxed => "relaxed",
            Change::TwoSteps => "two-steps",
            Change::LeftOut => "left-out",
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Change::Relaxed => "relaxed",
            Change::TwoSteps => "in two steps",
            Change::LeftOut => "left out",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Change::{LeftOut, Relaxed, TwoSteps};
    use super::*;

    #[test]
    fn what_can_be_changed_depends_on_what_it_does() {
        for (operation, orders, changes) in [
            ("load", [2, 0], &[Relaxed][..]),
            ("load", [0, 0], &[]),
            ("store", [0, 0], &[LeftOut]),
            ("store", [3, 0], &[Relaxed, LeftOut]),
            ("fetch_add", [0, 0], &[TwoSteps, LeftOut]),
            ("swap", [4, 0], &[Relaxed, TwoSteps, LeftOut]),
            ("compare_exchange", [0, 2], &[Relaxed, TwoSteps, LeftOut]),
            ("fence", [5, 0], &[Relaxed]),
        ] {
            assert_eq!(Change::of(operation, orders), changes, "{operation}");
        }
    }
}
