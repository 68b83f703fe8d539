//! How a turn of a fiber has ended.

use crate::site::MarkerId;

/// How a turn has ended, as one number: it is passed in a register when a fiber yields, and two are
/// compared at every repeated step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TurnEnd(u32);

impl TurnEnd {
    /// The thread has come to its end.
    pub(crate) const FINISHED: TurnEnd = TurnEnd(0);
    /// Any other end (waiting, a panic, unwound): never equal to a recorded end, so never repeated.
    /// Encoded as a marker number that is never assigned.
    pub(crate) const OTHERWISE: TurnEnd = TurnEnd(u32::MAX);
    /// What is recorded for such an end. No turn ends with it.
    pub(crate) const UNREPEATABLE: TurnEnd = TurnEnd(u32::MAX - 1);

    #[inline]
    pub(crate) fn at_marker(marker: MarkerId) -> Self {
        TurnEnd(marker.number())
    }

    /// The marker at which it ended, if it did.
    #[inline]
    pub(crate) fn marker(self) -> Option<MarkerId> {
        MarkerId::of_number(self.0).filter(|_| self != TurnEnd::OTHERWISE)
    }

    #[inline]
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    #[inline]
    pub(crate) fn of_number(number: u32) -> Self {
        TurnEnd(number)
    }
}
