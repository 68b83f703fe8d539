//! Whose turns an execution had and how each of them ended, so that the next execution can repeat
//! them at a glance.

use crate::search::ThreadId;
use crate::site::MarkerId;

/// How a turn ended: in one number, since two are compared at every step that is repeated, and that
/// fits a register when a fiber lets go of its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End(u32);

impl End {
    /// The thread has come to its end.
    pub(crate) const FINISHED: End = End(0);
    /// In a way that is not repeated: the thread waits, say, or it did not come to its end. As it
    /// were at a marker of a number that none has.
    pub(crate) const OTHERWISE: End = End(u32::MAX);

    #[inline]
    pub(crate) fn at_marker(marker: MarkerId) -> Self {
        End(marker.number())
    }

    /// The marker at which it ended, if it did.
    #[inline]
    pub(super) fn marker(self) -> Option<MarkerId> {
        MarkerId::of_number(self.0).filter(|_| self != End::OTHERWISE)
    }
}

/// One turn that has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Halt {
    pub(super) thread: ThreadId,
    pub(super) end: End,
}

impl Halt {
    /// Whether it is repeated by a turn of its thread that has ended as `end` says.
    #[inline]
    pub(super) fn is_repeated(self, end: End) -> bool {
        self.end == end && end != End::OTHERWISE
    }
}
