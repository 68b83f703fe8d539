//! Schedules kept in memory, for as long as the process lives.

use std::sync::Arc;

use parking_lot::Mutex;

use super::Store;
use crate::error::Error;
use crate::schedule::Schedule;

/// Keeps schedules in memory. Clones share them.
///
/// ```
/// use interlace::{Explorer, StoppedBy, marker, saved::Memory, schedule};
/// use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
///
/// let memory = Memory::new([schedule![user: use]]);
/// let report = Explorer::new(AtomicBool::default)
///     .thread("init", |ready| { marker!("set"); ready.store(true, SeqCst) })
///     .thread("user", |ready| { marker!("use"); assert!(ready.load(SeqCst), "not ready") })
///     .saved(memory)
///     .explore();
/// assert_eq!(report.stopped_by(), &StoppedBy::SavedFailure);
/// assert_eq!(report.schedules(), 0); // nothing else was run
/// ```
#[derive(Debug, Clone, Default)]
pub struct Memory {
    schedules: Arc<Mutex<Vec<Schedule>>>,
}

impl Memory {
    /// Makes a store that holds these schedules.
    pub fn new(schedules: impl IntoIterator<Item = Schedule>) -> Self {
        Memory {
            schedules: Arc::new(Mutex::new(schedules.into_iter().collect())),
        }
    }

    /// Returns the schedules that it holds now.
    ///
    /// ```
    /// use interlace::{saved::{Memory, Store}, schedule};
    ///
    /// let memory = Memory::default();
    /// memory.save(&schedule![a: x], "the check failed").unwrap();
    /// assert_eq!(memory.schedules(), [schedule![a: x]]);
    /// ```
    #[must_use]
    pub fn schedules(&self) -> Vec<Schedule> {
        self.schedules.lock().clone()
    }
}

impl Store for Memory {
    fn load(&self) -> Result<Vec<Schedule>, Error> {
        Ok(self.schedules())
    }

    fn save(&self, schedule: &Schedule, _: &str) -> Result<(), Error> {
        let mut schedules = self.schedules.lock();
        if !schedules.contains(schedule) {
            schedules.push(schedule.clone());
        }
        Ok(())
    }

    fn place(&self) -> Option<String> {
        Some("memory".to_owned())
    }
}
