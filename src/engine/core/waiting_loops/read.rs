//! What a thread has done in a round of a loop.

use crate::operation::{MemoryAccess, Object};
use crate::own_stack;
use crate::site::MarkerId;

/// What a thread is about to do or has done at a site. With other operands it may change what it has not
/// changed before, so that is not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(crate) site: MarkerId,
    pub(crate) access: MemoryAccess,
    pub(crate) operands: (u64, u64),
}

/// An access that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(super) reach: Reach,
    pub(super) value: u64,
    /// What was there afterwards.
    pub(super) left: u64,
}

impl Read {
    pub(crate) fn site(&self) -> MarkerId {
        self.reach.site
    }

    pub(crate) fn object(&self) -> Object {
        self.reach.access.object()
    }

    /// What it has found.
    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    #[inline]
    pub(super) fn has_changed(&self) -> bool {
        self.value != self.left
    }
}

/// Whether what these accesses of the calling thread have changed is as before, or lies on its stack. There it begins
/// each round with a new variable, as those do that make a fence of an exchange.
pub(super) fn is_put_back(round: &[Read]) -> bool {
    let mut changes = round.iter().filter(|it| it.has_changed());
    changes.all(|write| {
        let (place, object) = (write.reach.access, write.object());
        if let Object::Memory(range) = &object
            && own_stack::has(range)
        {
            return true;
        }
        let mut there = round.iter().filter(|it| it.object().meets(&object));
        let is_one = there.clone().all(|it| it.reach.access.is_of_same(place));
        let first = there.next().map(Read::value);
        is_one && there.next_back().map(|it| it.left) == first
    })
}
