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
    #[inline]
    pub(super) fn new(thread: ThreadId, end: TurnEnd) -> Self {
        let end = match end {
            TurnEnd::OTHERWISE => TurnEnd::UNREPEATABLE,
            end => end,
        };
        TurnRecord { thread, end }
    }
}
