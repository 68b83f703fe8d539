//! The locks of `parking_lot`, and of other crates on the same `lock_api`. They can tell whether
//! they are free without being acquired.

use super::{Acquire, AcquireShared};
use crate::engine::LockId;

macro_rules! acquire_locks_of {
    ($lock_api:ident) => {
        impl<R, T> Acquire for $lock_api::Mutex<R, T>
        where
            R: $lock_api::RawMutex + Sync,
            T: ?Sized + Send,
        {
            fn is_free(&self) -> bool {
                !self.is_locked()
            }

            fn lock_id(&self) -> LockId {
                LockId::of(self)
            }
        }

        impl<R, T> Acquire for $lock_api::RwLock<R, T>
        where
            R: $lock_api::RawRwLock + Sync,
            T: ?Sized + Send + Sync,
        {
            fn is_free(&self) -> bool {
                !self.is_locked()
            }

            fn lock_id(&self) -> LockId {
                LockId::of(self)
            }
        }

        impl<R, T> AcquireShared for $lock_api::RwLock<R, T>
        where
            R: $lock_api::RawRwLock + Sync,
            T: ?Sized + Send + Sync,
        {
            fn is_free_shared(&self) -> bool {
                !self.is_locked_exclusive()
            }
        }
    };
}

#[cfg(feature = "parking_lot_0_12")]
acquire_locks_of!(lock_api_0_4);
#[cfg(feature = "parking_lot_0_13")]
acquire_locks_of!(lock_api_0_5);
