//! The slots in which the threads of a team wait.

use std::sync::Arc;

use crate::engine::baton::Baton;
use crate::engine::lock::Mutex;
use crate::operation::ThreadId;

/// Where one thread waits for its turn.
#[derive(Debug, Default)]
pub(super) struct WorkerSlot {
    pub(super) baton: Baton,
    /// Where the thread that starts this one waits until it has told its name.
    pub(super) introduction: Baton,
}

/// The slots of a team: one for each declared thread, and one for each thread that the program has
/// started in this execution.
#[derive(Debug)]
pub(super) struct WorkerSlots {
    slots: Mutex<Vec<Arc<WorkerSlot>>>,
    declared: usize,
}

impl WorkerSlots {
    pub(super) fn new(declared: usize) -> Self {
        let slots = (0..declared).map(|_| Arc::default()).collect();
        WorkerSlots {
            slots: Mutex::new(slots),
            declared,
        }
    }

    pub(super) fn of(&self, thread: ThreadId) -> Arc<WorkerSlot> {
        Arc::clone(&self.slots.lock()[thread.index()])
    }

    pub(super) fn all(&self) -> Vec<Arc<WorkerSlot>> {
        self.slots.lock().clone()
    }

    /// Adds the slot of the next thread that the program starts.
    pub(super) fn add(&self) {
        self.slots.lock().push(Arc::default());
    }

    /// Removes the slots of threads that the program has started.
    pub(super) fn forget_started(&self) {
        self.slots.lock().truncate(self.declared);
    }
}
