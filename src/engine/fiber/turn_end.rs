//! How a turn has ended, as a fiber says it.

use crate::site::MarkerId;

/// How a turn has ended: in one number, which fits a register when a fiber lets go of its turn, and
/// since two are compared at every step that is repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnEnd(u32);

impl TurnEnd {
    /// The thread has come to its end.
    pub(crate) const FINISHED: TurnEnd = TurnEnd(0);
    /// In a way that is not repeated: the thread waits, say, or it did not come to its end. As it
    /// were at a marker of a number that none has.
    pub(crate) const OTHERWISE: TurnEnd = TurnEnd(u32::MAX);

    #[inline]
    pub(crate) fn at_marker(marker: MarkerId) -> Self {
        TurnEnd(marker.number())
    }

    /// The marker at which it ended, if it did.
    #[inline]
    pub(crate) fn marker(self) -> Option<MarkerId> {
        MarkerId::of_number(self.0).filter(|_| self != TurnEnd::OTHERWISE)
    }
}
