//! [`Acquire`]: what a thread may have to wait for, and whether it is free.

use std::sync::{Arc, Mutex, RwLock, TryLockError};

use crate::engine::{LockId, LockState};

#[cfg(any(feature = "parking_lot_0_12", feature = "parking_lot_0_13"))]
mod lock_api;

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
/// A lock that may be held by several at once, as an `RwLock`, counts as free here when nobody holds
/// it. Of code that acquires it beside others say `acquires_shared(lock)`, and see [`AcquireShared`].
pub trait Acquire: Sync {
    /// Returns whether a thread could acquire this now. It is asked by any thread, whenever somebody
    /// is to go on, and must neither wait nor change anything. Nothing of this library is locked
    /// meanwhile, and markers do nothing. If it never returns, the execution times out; if it
    /// panics, the thread goes on, and finds out itself.
    fn is_free(&self) -> bool;

    /// Returns which lock this is: where it lies, unless this is implemented. What only leads to
    /// another lock, as a `Box` does, returns the id of that one. Nothing depends on it but whom
    /// the report of a deadlock names.
    fn lock_id(&self) -> LockId {
        LockId::of(self)
    }
}

/// What a marker can say that the gated code acquires beside others that do the same, as readers do.
///
/// `acquires_shared(lock)` promises that the gated code begins by acquiring `lock` in that way. So a
/// thread that is about to read is ready while others read, and not while somebody writes.
///
/// ```
/// use std::sync::RwLock;
/// use interlace::{Explorer, marker};
///
/// let read = |lock: &RwLock<u32>| {
///     marker!("read", acquires_shared(lock));
///     let value = lock.read().unwrap();
///     marker!("done");
///     assert_eq!(*value % 2, 0);
/// };
/// let report = Explorer::new(RwLock::default)
///     .thread("one", read)
///     .thread("other", read)
///     .explore();
/// report.assert_ok();
/// // All orders of two threads with two markers each: both may be inside at once.
/// assert_eq!(report.schedules(), 6);
/// ```
///
/// Of several that share a lock at a deadlock, the report names the last to acquire it at a marker,
/// and says that others may have it, too; then it tells of no cycle through that lock. A `Mutex` has
/// no such form, and does not compile here.
///
/// Nobody begins to wait at such markers. So a lock that lets no further readers in while somebody
/// waits to write, as that of std, is not seen to do so: if a thread may read again while it reads,
/// and another may wait to write in between, leave the markers of that lock without this.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be acquired by several threads at once",
    note = "say `acquires(lock)` of what one thread at a time acquires"
)]
pub trait AcquireShared: Acquire {
    /// Returns whether a thread could acquire this now, beside others that hold it in the same way.
    /// It is asked as [`is_free`](Acquire::is_free) is.
    fn is_free_shared(&self) -> bool;
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

impl<T: ?Sized + Send + Sync> AcquireShared for RwLock<T> {
    fn is_free_shared(&self) -> bool {
        !matches!(self.try_read(), Err(TryLockError::WouldBlock))
    }
}

/// What leads to a lock is free when that is.
macro_rules! lead_to_locks {
    ($($pointer:ty $(where T: $bound:ident)?;)+) => {$(
        impl<T: Acquire $(+ $bound)? + ?Sized> Acquire for $pointer {
            fn is_free(&self) -> bool {
                (**self).is_free()
            }

            fn lock_id(&self) -> LockId {
                (**self).lock_id()
            }
        }

        impl<T: AcquireShared $(+ $bound)? + ?Sized> AcquireShared for $pointer {
            fn is_free_shared(&self) -> bool {
                (**self).is_free_shared()
            }
        }
    )+};
}

lead_to_locks! {
    &T;
    Arc<T> where T: Send;
    Box<T>;
}

/// Looks at `it`, which a marker calls `name`.
pub fn look<A: Acquire + ?Sized>(it: &A, name: &'static str) -> LockState {
    LockState {
        name,
        lock: it.lock_id(),
        is_shared: false,
        is_free: it.is_free(),
    }
}

/// As [`look`], where it is to be acquired beside others.
pub fn look_shared<A: AcquireShared + ?Sized>(it: &A, name: &'static str) -> LockState {
    LockState {
        name,
        lock: it.lock_id(),
        is_shared: true,
        is_free: it.is_free_shared(),
    }
}
