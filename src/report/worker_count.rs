//! How many workers a search had, and what a report says if they are fewer than asked for.

use std::fmt;

/// How many workers a search had, and how many were asked for. Both are 0 if none were.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct WorkerCount {
    pub(crate) asked: usize,
    pub(crate) used: usize,
    /// How many processors there are.
    pub(crate) processors: usize,
}

/// Reports are equal whatever the number of workers.
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
