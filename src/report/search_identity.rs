//! The identity of a search.

use std::fmt;

use itertools::Itertools as _;

use crate::engine::{PointsNote, WaitRules};
use crate::search::Shard;

/// What was searched, and how. Reports that differ in this are not of the same search.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SearchIdentity {
    /// The package whose tests Cargo ran, if it did.
    pub(crate) package: String,
    /// The name of the thread that explored; for a test, its path.
    pub(crate) test: String,
    /// Where `explore` was called: file, line and column.
    pub(crate) explored_at: String,
    /// How many searches this process began before from the same test and place.
    pub(crate) round: u64,
    /// The threads of the program.
    pub(crate) threads: Vec<String>,
    pub(crate) strategy: String,
    /// The seed of sampled schedules; 0 if none were sampled.
    pub(crate) seed: u64,
    pub(crate) keeps_going: bool,
    pub(crate) waits: WaitRules,
    pub(crate) points: PointsNote,
    /// The part of the search, unless it is the whole.
    pub(crate) shard: Option<Shard>,
    /// How many steps each thread takes in the first execution; shards are measured by them.
    pub(crate) steps: Vec<u32>,
}

impl SearchIdentity {
    /// Whether both are of the same call in the same test, in the same round.
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
