//! The types of loom.

use loom::cell::UnsafeCell;

pub(crate) use loom::future::block_on;
pub(crate) use loom::sync::{Arc, Condvar, Mutex, RwLock, atomic, mpsc};
pub(crate) use loom::thread;
pub(crate) use loom::thread::yield_now as spin;

/// A number that is not atomic, each access to which loom is told of.
#[derive(Default)]
pub(crate) struct Plain(UnsafeCell<usize>);

// SAFETY: loom runs one thread at a time, and panics at accesses that nothing orders.
#[expect(unsafe_code)]
unsafe impl Sync for Plain {}

impl Plain {
    pub(crate) fn get(&self) -> usize {
        // SAFETY: the pointer is used within the call only.
        #[expect(unsafe_code)]
        self.0.with(|value| unsafe { *value })
    }

    pub(crate) fn set(&self, new: usize) {
        // SAFETY: as in `get`.
        #[expect(unsafe_code)]
        self.0.with_mut(|value| unsafe { *value = new });
    }
}
