//! The kernel's ids of the threads of all engines in this process.

use std::fs;

use parking_lot::Mutex;

use super::outside::EngineMark;

static OWN: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Registers the calling thread as an engine's until dropped, on the same thread.
#[derive(Debug)]
pub(super) struct EngineThread {
    id: i32,
    _mark: EngineMark,
}

impl EngineThread {
    pub(super) fn begin() -> Self {
        let id = kernel_id();
        OWN.lock().push(id);
        EngineThread {
            id,
            _mark: EngineMark::begin(),
        }
    }

    /// The kernel's id of the thread; 0 if the system does not tell.
    pub(super) fn id(&self) -> i32 {
        self.id
    }
}

impl Drop for EngineThread {
    fn drop(&mut self) {
        forget(self.id);
    }
}

/// Removes a thread that has ended, since its id may be given to another.
pub(super) fn forget(id: i32) {
    let mut own = OWN.lock();
    if let Some(place) = own.iter().position(|other| *other == id) {
        own.swap_remove(place);
    }
}

pub(super) fn all() -> Vec<i32> {
    OWN.lock().clone()
}

/// The kernel's id of the calling thread; 0 if the system does not tell.
pub(super) fn kernel_id() -> i32 {
    // On Linux, `thread-self` leads to `<pid>/task/<tid>`.
    let link = fs::read_link("/proc/thread-self").unwrap_or_default();
    let id = link.file_name().and_then(|id| id.to_str()?.parse().ok());
    id.unwrap_or(0)
}
