//! A lock that a marker says is about to be acquired: which it is, and whether it is free.

/// Which lock something is, to tell who waits for whom in a deadlock.
///
/// It is where the lock lies and of what type it is, since a lock that is the first field of
/// something lies where that does.
///
/// ```
/// use std::sync::Mutex;
/// use interlace::LockId;
///
/// let [left, right] = [Mutex::new(()), Mutex::new(())];
/// assert_eq!(LockId::of(&left), LockId::of(&left));
/// assert_ne!(LockId::of(&left), LockId::of(&right));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockId {
    address: usize,
    kind: &'static str,
}

impl LockId {
    /// Returns the id of what lies at `lock`.
    pub fn of<T: ?Sized>(lock: &T) -> Self {
        LockId {
            address: std::ptr::from_ref(lock).addr(),
            kind: std::any::type_name::<T>(),
        }
    }
}

/// What one look at a lock shows.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What the marker calls it.
    pub(crate) name: &'static str,
    pub(crate) lock: LockId,
    pub(crate) is_free: bool,
}
