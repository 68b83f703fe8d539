//! What a report says about declarations that were to be verified.

use std::fmt;

use super::plural;

/// Whether it was checked that what markers declare is all that their code touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Verified {
    /// Nobody asked for it, or the search did not come so far.
    #[default]
    No,
    /// This number of pairs of steps were exchanged.
    Pairs(u64),
    /// The search relied on no declaration.
    Nothing,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verified::No => Ok(()),
            Verified::Pairs(pairs) => {
                let pairs = plural(*pairs, "pair");
                write!(f, "\ndeclarations were checked on {pairs} of steps")
            }
            Verified::Nothing => f.write_str(
                "\nthere was nothing to verify: no schedule was left out because of what markers declare",
            ),
        }
    }
}
