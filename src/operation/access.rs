//! What a step touches, as far as that is known, and when two accesses conflict.

use super::ThreadId;

/// Something that steps of several threads may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Object {
    /// The life of a thread, from its start to its end.
    Thread(ThreadId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Access {
    pub(crate) object: Object,
    pub(crate) is_write: bool,
}

impl Access {
    pub(crate) fn read(object: Object) -> Self {
        Access {
            object,
            is_write: false,
        }
    }

    pub(crate) fn write(object: Object) -> Self {
        Access {
            object,
            is_write: true,
        }
    }

    /// Whether the order of the two matters: they touch the same object, and at least one writes.
    pub(super) fn conflicts_with(self, other: Access) -> bool {
        self.object == other.object && (self.is_write || other.is_write)
    }
}
