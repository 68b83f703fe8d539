//! The threads of all engines in this process.

use std::fs;

use super::outside::EngineMark;

/// Marks the calling thread as an engine's until dropped, on the same thread.
#[derive(Debug)]
pub(crate) struct EngineThread {
    id: i32,
    _mark: EngineMark,
}

impl EngineThread {
    pub(crate) fn begin() -> Self {
        EngineThread {
            id: kernel_id(),
            _mark: EngineMark::begin(),
        }
    }

    /// The kernel's id of the thread; 0 if the system does not tell.
    pub(super) fn id(&self) -> i32 {
        self.id
    }
}

/// The kernel's id of the calling thread; 0 if the system does not tell.
fn kernel_id() -> i32 {
    // On Linux, `thread-self` leads to `<pid>/task/<tid>`.
    let link = fs::read_link("/proc/thread-self").unwrap_or_default();
    let id = link.file_name().and_then(|id| id.to_str()?.parse().ok());
    id.unwrap_or(0)
}
