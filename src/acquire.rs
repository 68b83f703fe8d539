//! [`Acquire`]: something that a thread may have to wait for, and whether it is free.

use std::sync::{Arc, Mutex, RwLock, TryLockError};

use crate::engine::{LockId, LockState};

#[cfg(any(feature = "parking_lot_0_12", feature = "parking_lot_0_13"))]
mod lock_api;

/// A lock that a marker can declare to be acquired by the gated code.
///
/// `acquires(lock)` after a marker's name promises that the gated code begins by acquiring `lock`.
/// A thread that is paused there is enabled only while the lock is free, so it never begins to
/// wait: schedules that differ only in when a thread begins to wait are one, and a deadlock is
/// known before any thread is blocked. That holds on every system and on both engines.
///
/// It also promises that the code up to the thread's next marker touches nothing but the lock, what the
/// lock protects, and what `reads` and `writes` at [that marker](crate::marker!) say. What the lock
/// protects needs no declaration of its own, since only its holder touches it; anything else does.
///
/// `releases(lock)` says that the gated code releases a lock: one that the thread has acquired at an earlier
/// marker, or at the same. Then its later steps no longer count as touching the lock.
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
/// // Each before the other, or each with one lock; who took his first does not matter.
/// let verdicts: Vec<_> = report.verdicts().collect();
/// assert_eq!(verdicts, [(Verdict::Held, 2), (Verdict::Deadlocked, 1)]);
/// ```
///
/// A report of a deadlock names, for each lock that a thread is paused before, the last thread that
/// went on from a marker that acquires it, and the marker; and it shows cycles of threads that wait
/// for each other. That is only what markers tell: if the lock was acquired elsewhere since,
/// another thread may hold it. For a lock that was seen free since, no thread is named.
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
/// A lock that several threads may share, such as an `RwLock`, counts as free here when no thread
/// holds it. For code that shares it, write `acquires_shared(lock)`: see [`AcquireShared`].
pub trait Acquire: Sync {
    /// Returns whether a thread could acquire this now. It is called on any thread, before each
    /// scheduling decision, and must neither wait nor change anything. This library holds no lock
    /// meanwhile, and markers do nothing. If it never returns, the execution times out; if it
    /// panics, the lock counts as free.
    fn is_free(&self) -> bool;

    /// Returns which lock this is: [`LockId::of`] `self` if it is one, or the id of the lock that it
    /// leads to, if it is a pointer or a wrapper.
    ///
    /// The default is for reports of deadlocks only: it goes by the address and type of `self`, which
    /// may be a wrapper. A marker that acquires something with this default does not say what its code
    /// touches: that may be anything.
    fn lock_id(&self) -> LockId {
        LockId::assumed(self)
    }
}

/// A lock that a marker can declare to be acquired in shared mode, as readers do.
///
/// `acquires_shared(lock)` promises that the gated code begins by acquiring `lock` in that mode. So
/// a thread that is about to read is enabled while others read, but not while one writes.
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
/// If several threads share a lock at a deadlock, the report names the last to acquire it at a
/// marker, says that others may hold it too, and shows no cycle through that lock. A `Mutex` has no
/// shared mode, and does not compile here.
///
/// No thread begins to wait at such markers. So the effect of a lock that admits no further readers
/// while a writer waits, like that of std, is not seen: if a thread may read again while it reads,
/// and another may wait to write in between, do not use this for that lock.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be acquired by several threads at once",
    note = "use `acquires(lock)` for a lock that one thread at a time acquires"
)]
pub trait AcquireShared: Acquire {
    /// Returns whether a thread could acquire this now in shared mode. It is called as
    /// [`is_free`](Acquire::is_free) is.
    fn is_free_shared(&self) -> bool;
}

impl<T: ?Sized + Send> Acquire for Mutex<T> {
    fn is_free(&self) -> bool {
        !matches!(self.try_lock(), Err(TryLockError::WouldBlock))
    }

    fn lock_id(&self) -> LockId {
        LockId::of(self)
    }
}

impl<T: ?Sized + Send + Sync> Acquire for RwLock<T> {
    fn is_free(&self) -> bool {
        !matches!(self.try_write(), Err(TryLockError::WouldBlock))
    }

    fn lock_id(&self) -> LockId {
        LockId::of(self)
    }
}

impl<T: ?Sized + Send + Sync> AcquireShared for RwLock<T> {
    fn is_free_shared(&self) -> bool {
        !matches!(self.try_read(), Err(TryLockError::WouldBlock))
    }
}

/// A pointer to a lock is free when the lock is.
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

/// Returns which lock a marker means by `it`.
pub fn lock_id<A: Acquire + ?Sized>(it: &A) -> LockId {
    it.lock_id()
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

/// As [`look`], for a lock that is to be acquired in shared mode.
pub fn look_shared<A: AcquireShared + ?Sized>(it: &A, name: &'static str) -> LockState {
    LockState {
        name,
        lock: it.lock_id(),
        is_shared: true,
        is_free: it.is_free_shared(),
    }
}
