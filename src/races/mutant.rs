//! Wrong variants of the rules, each of which a test has to catch.

use crate::broken_rules::broken_rules;

/// A rule that is broken on purpose. In a build without tests all rules hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mutant {
    /// A store does not end the release sequence that there was.
    StoresKeep,
    /// The same, for a store of the thread that has stored last: as in C++11.
    OwnStoresKeep,
    /// A read-modify-write ends the release sequence that it reads from.
    UpdatesEnd,
    /// One that releases does.
    ReleasesReplace,
    /// A relaxed load acquires.
    RelaxedAcquires,
    AcquireFencesIgnored,
    /// Who ends to share a lock happens before those who begin to.
    SharersOrdered,
    ReleaseFencesIgnored,
    /// A relaxed store releases what came after the last release fence, too.
    FencesCoverLater,
    /// To start a thread orders nothing.
    StartsOrderNothing,
    /// What a thread does after a release is taken for what it did before.
    TimeStandsStill,
    /// Accesses to the same eight bytes are to the same bytes.
    BytesConfused,
    /// Two atomic accesses race.
    AtomicsRace,
    /// The last access to a byte stands for all before it.
    LastAccessOnly,
}

broken_rules!(Mutant);
