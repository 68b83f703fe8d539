//! How many workers a search had, and what is said of those that it could not use.

use std::fmt;

/// How many workers a search had, of how many that were asked for. Both are 0 if nobody asked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WorkerCount {
    pub(crate) asked: usize,
    pub(crate) used: usize,
    /// How many processors there are.
    pub(crate) processors: usize,
}

/// How many workers there were is no part of what was found.
impl PartialEq for WorkerCount {
    fn eq(&self, _: &WorkerCount) -> bool {
        true
    }
}

impl fmt::Display for WorkerCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let WorkerCount {
            asked,
            used,
            processors,
        } = self;
        if used == asked {
            return Ok(());
        }
        write!(
            f,
            "\nworkers: {used} of the {asked} asked for, since a search uses at most {} for each of \
             {processors} processors",
            used / processors
        )
    }
}
