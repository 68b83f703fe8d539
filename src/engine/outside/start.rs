//! A thread that is being started.

use std::sync::Arc;

use super::record::Record;
use super::registry::{add, adopt, aside, current, remove};

/// A thread that the calling one is about to start. It counts as awake from now on; dropped, it has
/// ended: the system gave no thread.
#[derive(Debug)]
pub(crate) struct StartingThread(Option<Arc<Record>>);

impl StartingThread {
    /// Nothing if the calling thread's calls are not noted.
    pub(crate) fn by_current() -> Option<Self> {
        let parent = current()?;
        Some(StartingThread(Some(aside(|| add(Some(parent))))))
    }

    /// Called first on the new thread.
    pub(crate) fn begin(mut self) {
        if let Some(record) = self.0.take() {
            adopt(record);
        }
    }

    /// What is known of the new thread, for who joins it.
    pub(crate) fn record(&self) -> Option<Arc<Record>> {
        self.0.clone()
    }
}

impl Drop for StartingThread {
    fn drop(&mut self) {
        if let Some(record) = self.0.take() {
            aside(|| remove(&record));
        }
    }
}
