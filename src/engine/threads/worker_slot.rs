//! The slots in which the threads of a team wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::RwLock;

use super::kernel::Hold;
use crate::engine::baton::{Baton, Grant};
use crate::operation::ThreadId;

/// Where one thread waits: for its turn, or held in the kernel.
#[derive(Debug, Default)]
pub(super) struct WorkerSlot {
    pub(super) baton: Baton,
    pub(super) hold: Hold,
    /// Whether the thread runs user code. Otherwise it waits only for this engine.
    is_user_code: AtomicBool,
}

impl WorkerSlot {
    pub(super) fn is_user_code(&self) -> bool {
        self.is_user_code.load(Ordering::Relaxed)
    }

    /// Sets whether the thread runs user code. Relaxed, since the watcher reads this only after the
    /// kernel has put the thread to sleep.
    #[inline]
    pub(super) fn set_user_code(&self, is_user_code: bool) {
        self.is_user_code.store(is_user_code, Ordering::Relaxed);
    }

    /// Lets the thread go on.
    pub(super) fn go(&self) {
        if self.hold.is_held() {
            self.hold.release();
        } else {
            self.baton.give(Grant::Resume);
        }
    }
}

/// The slots of a team: one for each declared thread, and one for each thread that the program has
/// started in this execution.
#[derive(Debug)]
pub(super) struct WorkerSlots {
    slots: RwLock<Vec<Arc<WorkerSlot>>>,
    declared: usize,
}

impl WorkerSlots {
    pub(super) fn new(declared: usize) -> Self {
        let slots = (0..declared).map(|_| Arc::default()).collect();
        WorkerSlots {
            slots: RwLock::new(slots),
            declared,
        }
    }

    pub(super) fn of(&self, thread: ThreadId) -> Arc<WorkerSlot> {
        Arc::clone(&self.slots.read()[thread.index()])
    }

    pub(super) fn all(&self) -> Vec<Arc<WorkerSlot>> {
        self.slots.read().clone()
    }

    /// Adds the slot of the next thread that the program starts.
    pub(super) fn add(&self) {
        self.slots.write().push(Arc::default());
    }

    /// Removes the slots of threads that the program has started.
    pub(super) fn forget_started(&self) {
        self.slots.write().truncate(self.declared);
    }
}
