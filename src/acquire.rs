//! [`Acquire`]: what a thread may have to wait for, and whether it is free.

use std::sync::{Arc, Mutex, RwLock, TryLockError};

use parking_lot::lock_api;

use crate::engine::{LockId, LockState};

/// What a marker can say that the gated code acquires.
///
/// `acquires(lock)` after a marker's name promises that the gated code begins by acquiring `lock`,
/// and does nothing before. A thread that is paused there is ready only while the lock is free. So
/// it never begins to wait: schedules that differ only in when a thread begins to wait are one, and
/// a deadlock is known before anybody is blocked. That holds on every system and on both engines.
///
/// ```
/// use std::sync::Mutex;
/// use interlace::{Explorer, Verdict, marker};
///
/// let take = |first: &Mutex<()>, second: &Mutex<()>| {
///     marker!("first", acquires(first));
///     let _first = first.lock().unwrap();
///     marker!("second", acquires(second));
///     let _second = second.lock().unwrap();
/// };
/// let report = Explorer::new(<(Mutex<()>, Mutex<()>)>::default)
///     .thread("a", move |(left, right)| take(left, right))
///     .thread("b", move |(left, right)| take(right, left))
///     .keep_going()
///     .explore();
/// // Each before the other, or each with one lock, in either order.
/// let verdicts: Vec<_> = report.verdicts().collect();
/// assert_eq!(verdicts, [(Verdict::Held, 2), (Verdict::Deadlocked, 2)]);
/// ```
///
/// A report of a deadlock says for each lock that a thread is paused before who was the last to go
/// on from a marker that acquires it, and at which; and who of them wait for each other in a cycle.
/// That is what markers tell, and no more: if the lock was acquired elsewhere since, somebody else may
/// have it. Of one that was free since, nobody is named.
///
/// ```
/// # use std::sync::Mutex;
/// # use interlace::{Explorer, FailureKind, marker};
/// let report = Explorer::new(Mutex::default)
///     .thread("a", |lock: &Mutex<()>| {
///         marker!("once", acquires(lock));
///         let _once = lock.lock();
///         marker!("again", acquires(lock));
///         let _again = lock.lock();
///     })
///     .explore();
/// let FailureKind::Deadlock(deadlock) = report.assert_fails().kind() else {
///     panic!("no deadlock");
/// };
/// assert_eq!(deadlock.cycles(), [["a"]]);
/// let text = deadlock.to_string();
/// assert!(text.contains("`lock`: the last to acquire it at a marker was a itself, at once"));
/// assert!(text.ends_with("a cycle: a waits for itself"));
/// ```
///
/// A lock that may be held by several at once, as an `RwLock`, counts as free when nobody holds it.
pub trait Acquire: Sync {
    /// Returns whether a thread could acquire this now. It is asked by any thread, whenever somebody
    /// is to go on, and must neither wait nor change anything.
    fn is_free(&self) -> bool;

    /// Returns which lock this is: where it lies, unless this is implemented. What only leads to
    /// another lock, as a `Box` does, returns the id of that one. Nothing depends on it but whom
    /// the report of a deadlock names.
    fn lock_id(&self) -> LockId {
        LockId::of(self)
    }
}

impl<T: ?Sized + Send> Acquire for Mutex<T> {
    fn is_free(&self) -> bool {
        !matches!(self.try_lock(), Err(TryLockError::WouldBlock))
    }
}

impl<T: ?Sized + Send + Sync> Acquire for RwLock<T> {
    fn is_free(&self) -> bool {
        !matches!(self.try_write(), Err(TryLockError::WouldBlock))
    }
}

impl<R: lock_api::RawMutex + Sync, T: ?Sized + Send> Acquire for lock_api::Mutex<R, T> {
    fn is_free(&self) -> bool {
        !self.is_locked()
    }
}

impl<R, T> Acquire for lock_api::RwLock<R, T>
where
    R: lock_api::RawRwLock + Sync,
    T: ?Sized + Send + Sync,
{
    fn is_free(&self) -> bool {
        !self.is_locked()
    }
}

impl<T: Acquire + ?Sized> Acquire for &T {
    fn is_free(&self) -> bool {
        (**self).is_free()
    }

    fn lock_id(&self) -> LockId {
        (**self).lock_id()
    }
}

impl<T: Acquire + Send + ?Sized> Acquire for Arc<T> {
    fn is_free(&self) -> bool {
        (**self).is_free()
    }

    fn lock_id(&self) -> LockId {
        (**self).lock_id()
    }
}

impl<T: Acquire + ?Sized> Acquire for Box<T> {
    fn is_free(&self) -> bool {
        (**self).is_free()
    }

    fn lock_id(&self) -> LockId {
        (**self).lock_id()
    }
}

/// Looks at `it`, which a marker calls `name`.
pub fn look<A: Acquire + ?Sized>(it: &A, name: &'static str) -> LockState {
    LockState {
        name,
        lock: it.lock_id(),
        is_free: it.is_free(),
    }
}
