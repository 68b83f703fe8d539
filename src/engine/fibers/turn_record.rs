//! Whose turn it was and how it ended, so that the next execution can repeat it at a glance.

use crate::engine::fiber::TurnEnd;
use crate::operation::ThreadId;

/// One turn that has ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct TurnRecord {
    pub(super) thread: ThreadId,
    pub(super) end: TurnEnd,
}

impl TurnRecord {
    /// Whether it is repeated by a turn of its thread that has ended as `end` says.
    #[inline]
    pub(super) fn is_repeated(self, end: TurnEnd) -> bool {
        self.end == end && end != TurnEnd::OTHERWISE
    }
}
