//! What a thread has done in a round of a loop.

use crate::operation::{Access, Object};
use crate::own_stack;
use crate::site::MarkerId;

/// What a thread is about to do or has done at a site. With other operands it may change what it has not
/// changed before, so that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    pub(super) site: MarkerId,
    pub(super) access: Access,
    operands: [u64; 2],
}

impl Reach {
    #[cfg_attr(
        not(any(interlace, test)),
        allow(dead_code, reason = "for instrumented builds")
    )]
    pub(crate) fn new(site: MarkerId, access: Access, operands: [u64; 2]) -> Self {
        Reach {
            site,
            access,
            operands,
        }
    }

    pub(crate) fn access(&self) -> &Access {
        &self.access
    }
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

    pub(crate) fn object(&self) -> &Object {
        &self.reach.access.object
    }

    /// What it has found.
    pub(crate) fn value(&self) -> u64 {
        self.value
    }

    pub(super) fn has_changed(&self) -> bool {
        self.value != self.left
    }
}

/// Whether what these accesses of the calling thread have changed is as before, or lies on its stack. There it begins
/// each round with a new variable, as those do that make a fence of an exchange.
pub(super) fn is_put_back(round: &[Read]) -> bool {
    let mut changes = round.iter().filter(|it| it.has_changed());
    changes.all(|write| {
        if let Object::Memory(range) = write.object()
            && own_stack::has(range)
        {
            return true;
        }
        let mut there = round.iter().filter(|it| it.object().meets(write.object()));
        let is_one = there.clone().all(|it| it.object() == write.object());
        let first = there.next().map(Read::value);
        is_one && there.next_back().map(|it| it.left) == first
    })
}
