//! A lock that is about to be acquired at a marker: which it is, and whether it is free.

use std::hash::{Hash, Hasher};

/// Identifies a lock, so that a report of a deadlock can tell which thread waits for which, and a search
/// which steps touch the same lock.
///
/// It consists of the address and the type of the lock: a struct and its first field may have the
/// same address.
///
/// ```
/// use std::sync::Mutex;
/// use interlace::LockId;
///
/// let [left, right] = [Mutex::new(()), Mutex::new(())];
/// assert_eq!(LockId::of(&left), LockId::of(&left));
/// assert_ne!(LockId::of(&left), LockId::of(&right));
/// ```
#[derive(Debug, Clone, Copy)]
pub struct LockId {
    address: usize,
    kind: &'static str,
    /// Whether nobody has said that what lies there is the lock, and no pointer to it.
    is_assumed: bool,
}

impl LockId {
    /// Returns the id of `lock`.
    pub fn of<T: ?Sized>(lock: &T) -> Self {
        LockId {
            address: std::ptr::from_ref(lock).addr(),
            kind: std::any::type_name::<T>(),
            is_assumed: false,
        }
    }

    /// As [`of`](Self::of), for something of which is not known whether it is a lock itself.
    pub(crate) fn assumed<T: ?Sized>(lock: &T) -> Self {
        LockId {
            is_assumed: true,
            ..LockId::of(lock)
        }
    }

    /// Where the lock lies, if that is known.
    pub(crate) fn known_address(self) -> Option<usize> {
        (!self.is_assumed).then_some(self.address)
    }
}

impl PartialEq for LockId {
    fn eq(&self, other: &Self) -> bool {
        (self.address, self.kind) == (other.address, other.kind)
    }
}

impl Eq for LockId {}

impl Hash for LockId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.address);
    }
}

/// Hashes an address, and nothing else: it is hashed at every look at a lock.
#[derive(Debug, Default)]
pub(super) struct ByAddress(u64);

impl Hasher for ByAddress {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("an address is a number")
    }

    fn write_usize(&mut self, address: usize) {
        // The odd factor mixes differences into the high bits; the table also uses the low ones.
        let mixed = (address as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}

/// The state of a lock when it was looked at.
#[derive(Debug, Clone, Copy)]
#[expect(unnameable_types, reason = "only the expansion of `marker!` meets it")]
pub struct LockState {
    /// The expression in the marker.
    pub(crate) name: &'static str,
    pub(crate) lock: LockId,
    /// Whether it is to be acquired in shared mode, as by a reader.
    pub(crate) is_shared: bool,
    pub(crate) is_free: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_at_one_address_is_told_apart_by_its_type() {
        #[repr(transparent)]
        struct Pool(u32);
        let pools = [Pool(1), Pool(2)];
        assert_eq!(
            std::ptr::from_ref(&pools[0]).addr(),
            std::ptr::from_ref(&pools[0].0).addr()
        );
        assert_ne!(LockId::of(&pools[0]), LockId::of(&pools[0].0));
        assert_ne!(LockId::of(&pools[0]), LockId::of(&pools[1]));
        assert_eq!(LockId::of(&pools[1]), LockId::of(&pools[1]));
    }
}
