//! The first data race of an execution, which ends it.

use super::ExecutionCore;
use crate::failure::{DataRace, FailureKind};
use crate::memory;

impl ExecutionCore {
    /// Whether the execution has a race. The code cannot be stopped at the access, so it ends with the next
    /// turn.
    #[inline]
    pub(in crate::engine) fn has_race(&self) -> bool {
        self.options.data_races && memory::has_race()
    }

    /// The failure that the race is. What follows it, such as a panic, may come of it.
    pub(super) fn race(&self) -> Option<FailureKind> {
        let race = self.has_race().then(memory::first_race)??;
        let names = self.state.threads().names();
        Some(FailureKind::DataRace(DataRace::new(&race, names)))
    }
}
