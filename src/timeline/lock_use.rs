//! What a step does with a lock.

use std::borrow::Cow;

/// A lock that a step acquires or releases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LockUse {
    /// Which one: locks are numbered in the order in which they are first used.
    pub(crate) lock: u32,
    /// What the source calls it there; empty if that is not known.
    pub(crate) name: Cow<'static, str>,
    pub(crate) is_release: bool,
    pub(crate) is_shared: bool,
}
