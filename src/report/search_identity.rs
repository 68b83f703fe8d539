//! Which search a report is of.

use std::fmt;

use itertools::Itertools as _;

use crate::search::Shard;

/// What was searched, and how. Reports of two searches that differ in this are not parts of one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SearchIdentity {
    /// The package whose tests ran, if Cargo ran them.
    pub(crate) package: String,
    /// The name of the thread that explored: of a test, its path.
    pub(crate) test: String,
    /// Where `explore` was called: file, line and column.
    pub(crate) explored_at: String,
    /// How many searches of this test at this place were begun before, in this process.
    pub(crate) round: u64,
    /// The threads of the program.
    pub(crate) threads: Vec<String>,
    pub(crate) strategy: String,
    /// What schedules were drawn with; 0 if none were.
    pub(crate) seed: u64,
    pub(crate) keeps_going: bool,
    /// The part of the search, if it is not all of it.
    pub(crate) shard: Option<Shard>,
    /// How many steps each thread takes in the first execution, by which shards are measured.
    pub(crate) steps: Vec<u32>,
}

impl SearchIdentity {
    /// Whether both are of the same call, in the same test, and as often before.
    pub(super) fn is_at_the_place_of(&self, other: &SearchIdentity) -> bool {
        fn place(it: &SearchIdentity) -> (&str, &str, &str, u64) {
            (&it.package, &it.test, &it.explored_at, it.round)
        }
        place(self) == place(other)
    }
}

impl fmt::Display for SearchIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.test.is_empty() {
            write!(f, "`{}` ", self.test)?;
        }
        write!(f, "at {}", self.explored_at)?;
        if self.round > 0 {
            write!(f, ", round {}", self.round + 1)?;
        }
        let threads = self.threads.iter().format(", ");
        write!(f, " ({}; threads {threads})", self.strategy)
    }
}
