//! What a step touches, as far as that is known, and when two of them conflict.

use super::ThreadId;

/// Something that steps of several threads may touch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Object {
    /// The life of a thread: that it was started, and that it has ended.
    Thread(ThreadId),
}

/// An object that a step has touched.
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

    /// Whether the order of the two matters: they are of one object, and one at least is a write.
    pub(super) fn conflicts_with(self, other: Access) -> bool {
        self.object == other.object && (self.is_write || other.is_write)
    }
}
