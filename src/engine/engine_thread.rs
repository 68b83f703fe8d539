//! The threads of all engines in this process, by the numbers that the kernel gives them.

use std::fs;

use parking_lot::Mutex;

static OWN: Mutex<Vec<i32>> = Mutex::new(Vec::new());

/// Keeps the calling thread known as an engine's; ends on drop, on the same thread.
#[derive(Debug)]
pub(super) struct EngineThread(i32);

impl EngineThread {
    pub(super) fn begin() -> Self {
        let id = kernel_id();
        OWN.lock().push(id);
        EngineThread(id)
    }

    /// The number by which the kernel knows the thread; 0 if it does not say.
    pub(super) fn id(&self) -> i32 {
        self.0
    }
}

impl Drop for EngineThread {
    fn drop(&mut self) {
        forget(self.0);
    }
}

/// The thread is the engine's no more: it has ended, and its number may become another's.
pub(super) fn forget(id: i32) {
    let mut own = OWN.lock();
    if let Some(place) = own.iter().position(|other| *other == id) {
        own.swap_remove(place);
    }
}

/// Those that are known now.
pub(super) fn all() -> Vec<i32> {
    OWN.lock().clone()
}

/// The number by which the kernel knows the calling thread; 0 if it does not say.
pub(super) fn kernel_id() -> i32 {
    // On Linux, `thread-self` leads to `<pid>/task/<tid>`.
    let link = fs::read_link("/proc/thread-self").unwrap_or_default();
    let id = link.file_name().and_then(|id| id.to_str()?.parse().ok());
    id.unwrap_or(0)
}
