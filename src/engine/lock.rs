//! The locks of the engines: those of std.
//!
//! The engines are called from inside of the program's calls to the system. So a thread may wait for
//! one of these while it stands in the queue of a lock of `parking_lot`, which knows a thread by a
//! thread-local and cannot have it in two queues. std's locks know nothing of who waits.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{self, PoisonError, TryLockError, WaitTimeoutResult};
use std::time::{Duration, Instant};

/// A lock that is not poisoned by panics: the code under it leaves whole what it guards.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

/// The right to what a [`Mutex`] guards, until dropped.
pub(crate) struct MutexGuard<'a, T> {
    lock: &'a Mutex<T>,
    /// Taken out only while the lock is given back for a while.
    guard: Option<sync::MutexGuard<'a, T>>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Mutex(sync::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        let guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        MutexGuard {
            lock: self,
            guard: Some(guard),
        }
    }

    pub(crate) fn into_inner(self) -> T {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        let guard = match self.0.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        Some(MutexGuard {
            lock: self,
            guard: Some(guard),
        })
    }
}

impl<T> MutexGuard<'_, T> {
    /// Runs `body` without the lock.
    pub(crate) fn unlocked<R>(this: &mut Self, body: impl FnOnce() -> R) -> R {
        /// Locks again, even if `body` panics.
        struct Relock<'a, 'b, T>(&'a mut MutexGuard<'b, T>);
        impl<T> Drop for Relock<'_, '_, T> {
            fn drop(&mut self) {
                self.0.guard = self.0.lock.lock().guard.take();
            }
        }
        drop(this.guard.take());
        let _relock = Relock(this);
        body()
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.guard.as_ref().expect(HELD)
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        self.guard.as_mut().expect(HELD)
    }
}

impl<T: fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

const HELD: &str = "the guard is borrowed for as long as the lock is given back";

/// Where threads that hold a [`Mutex`] wait for a change of what it guards.
#[derive(Debug, Default)]
pub(crate) struct Condvar(sync::Condvar);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Condvar(sync::Condvar::new())
    }

    pub(crate) fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let held = guard.guard.take().expect(HELD);
        let held = self.0.wait(held).unwrap_or_else(PoisonError::into_inner);
        guard.guard = Some(held);
    }

    pub(crate) fn wait_for<T>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        time: Duration,
    ) -> WaitTimeoutResult {
        let held = guard.guard.take().expect(HELD);
        let waited = self.0.wait_timeout(held, time);
        let (held, end) = waited.unwrap_or_else(PoisonError::into_inner);
        guard.guard = Some(held);
        end
    }

    pub(crate) fn wait_until<T>(
        &self,
        guard: &mut MutexGuard<'_, T>,
        time: Instant,
    ) -> WaitTimeoutResult {
        self.wait_for(guard, time.saturating_duration_since(Instant::now()))
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn it_is_free_while_it_is_given_back_and_held_again_after_a_panic() {
        let lock = Mutex::new(1);
        let mut guard = lock.lock();
        assert!(lock.try_lock().is_none());
        MutexGuard::unlocked(&mut guard, || *lock.try_lock().unwrap() += 1);
        assert_eq!(*guard, 2);
        let panics = AssertUnwindSafe(|| MutexGuard::unlocked(&mut guard, || panic!("at once")));
        catch_unwind(panics).unwrap_err();
        assert!(lock.try_lock().is_none());
        assert_eq!(*guard, 2);
    }

    #[test]
    fn a_panic_with_the_lock_does_not_poison_it() {
        let lock = Mutex::new(1);
        let panics = AssertUnwindSafe(|| {
            let mut guard = lock.lock();
            *guard = 2;
            panic!("at once");
        });
        catch_unwind(panics).unwrap_err();
        assert_eq!(*lock.try_lock().unwrap(), 2);
    }

    #[test]
    fn a_wait_ends_when_it_is_notified_or_its_time_is_up() {
        let (lock, news) = (Mutex::new(false), Condvar::new());
        let mut guard = lock.lock();
        news.wait_until(&mut guard, Instant::now() + Duration::from_millis(1));
        news.wait_for(&mut guard, Duration::from_millis(1));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                *lock.lock() = true;
                news.notify_all();
                news.notify_one();
            });
            while !*guard {
                news.wait(&mut guard);
            }
        });
    }
}
